FROM debian:13-slim AS App
USER 65532:65532
CMD ["date"]
