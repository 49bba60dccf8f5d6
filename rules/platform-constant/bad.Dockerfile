FROM --platform=linux/amd64 debian:13-slim
USER 65532:65532
CMD ["date"]
