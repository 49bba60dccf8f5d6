FROM fedora:43
RUN dnf -y upgrade openssl-libs && dnf clean all
USER 65532:65532
CMD ["date"]
