FROM debian:13-slim
RUN --network=none --security=sandbox mkdir /data
USER 65532:65532
CMD ["date"]
