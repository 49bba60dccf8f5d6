FROM debian:13-slim
LABEL org.opencontainers.image.authors="me@example.com"
USER 65532:65532
CMD ["date"]
