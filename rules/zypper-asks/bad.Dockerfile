FROM opensuse/leap:15.6
RUN zypper install curl && zypper clean
USER 65532:65532
CMD ["date"]
