FROM debian:13-slim
ADD app.tar.gz /opt/
USER 65532:65532
CMD ["date"]
