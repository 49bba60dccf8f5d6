FROM debian:13-slim
RUN apt update && apt install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
USER 65532:65532
CMD ["date"]
