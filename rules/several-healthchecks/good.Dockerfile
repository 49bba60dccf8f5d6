FROM debian:13-slim
HEALTHCHECK CMD ["date"]
USER 65532:65532
CMD ["date"]
