FROM debian:13-slim AS app
USER 65532:65532
CMD ["date"]
