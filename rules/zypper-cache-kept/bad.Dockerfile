FROM opensuse/leap:15.6
RUN zypper --non-interactive install curl
USER 65532:65532
CMD ["date"]
