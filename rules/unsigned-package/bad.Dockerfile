FROM debian:13-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends --allow-unauthenticated tool \
    && rm -rf /var/lib/apt/lists/*
USER 65532:65532
CMD ["date"]
