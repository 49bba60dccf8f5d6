FROM debian:13-slim
VOLUME /data
USER 65532:65532
CMD ["date"]
