FROM debian:13-slim
WORKDIR /proc/self/fd/8
USER 65532:65532
CMD ["date"]
