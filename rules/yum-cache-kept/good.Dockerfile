FROM rockylinux:9
RUN yum install -y httpd && yum clean all
USER 65532:65532
CMD ["date"]
