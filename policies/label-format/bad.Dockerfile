FROM debian:13-slim
LABEL org.opencontainers.image.created="yesterday" org.opencontainers.image.licenses="free"
USER 65532:65532
CMD ["date"]
