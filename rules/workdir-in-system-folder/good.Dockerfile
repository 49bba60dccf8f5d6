FROM debian:13-slim
WORKDIR /process
USER 65532:65532
CMD ["date"]
