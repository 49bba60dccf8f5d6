FROM rockylinux:9
RUN yum install -y httpd-2.4.62 && yum clean all
USER 65532:65532
CMD ["date"]
