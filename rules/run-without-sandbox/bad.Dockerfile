FROM debian:13-slim
RUN --security=insecure mkdir /data
USER 65532:65532
CMD ["date"]
