FROM fedora:43
RUN dnf -y install --nogpgcheck https://example.org/tool.rpm && dnf clean all
RUN rpm -i --nosignature https://example.org/other.rpm
USER 65532:65532
CMD ["date"]
