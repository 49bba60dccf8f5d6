FROM fedora:43
RUN dnf -y update --security && dnf clean all
USER 65532:65532
CMD ["date"]
