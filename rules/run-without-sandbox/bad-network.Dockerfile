FROM debian:13-slim
RUN --network=host mkdir /data
USER 65532:65532
CMD ["date"]
