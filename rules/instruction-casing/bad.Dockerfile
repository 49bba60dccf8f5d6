FROM debian:13-slim
user 65532:65532
CMD ["date"]
