FROM debian:13-slim
LABEL org.opencontainers.image.created="2026-11-24T10:00:00Z" org.opencontainers.image.licenses="MIT OR Apache-2.0"
USER 65532:65532
CMD ["date"]
