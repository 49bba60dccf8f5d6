FROM debian:13-slim
CMD ["cal"]
USER 65532:65532
CMD ["date"]
