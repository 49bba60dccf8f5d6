FROM --platform=linux/arm64 debian:13-slim AS app-arm64
USER 65532:65532
CMD ["date"]
