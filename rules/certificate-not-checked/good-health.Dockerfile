FROM debian:13-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
USER 65532:65532
HEALTHCHECK CMD ["curl", "-fk", "https://localhost:8443/health"]
CMD ["date"]
