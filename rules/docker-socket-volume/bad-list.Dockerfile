FROM debian:13-slim
VOLUME ["/data", "/run/docker.sock"]
USER 65532:65532
CMD ["date"]
