FROM rockylinux:9
RUN dnf install httpd && dnf clean all
USER 65532:65532
CMD ["date"]
