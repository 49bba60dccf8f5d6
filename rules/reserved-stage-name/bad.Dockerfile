FROM debian:13-slim AS context
USER 65532:65532
CMD ["date"]
