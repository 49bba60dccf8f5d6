FROM debian:13-slim
USER 65532:65532
HEALTHCHECK CMD ["date"]
CMD ["date"]
