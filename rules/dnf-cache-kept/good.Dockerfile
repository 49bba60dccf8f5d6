FROM rockylinux:9
RUN dnf install -y httpd && dnf clean all
USER 65532:65532
CMD ["date"]
