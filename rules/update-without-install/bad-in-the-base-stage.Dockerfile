FROM debian:13-slim AS base
RUN apt-get update

FROM base
RUN apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
USER 65532:65532
CMD ["date"]
