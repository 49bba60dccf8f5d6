# Layers of a builder are not shipped, and a cache mount is part of no layer.
FROM debian:bookworm-slim AS builder
RUN apt-get update && apt-get install -y --no-install-recommends curl
RUN curl -fsSL -o /data https://example.com/data

FROM debian:bookworm-slim
RUN --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends ca-certificates
COPY --from=builder /data /data
USER 65532:65532
CMD ["server"]
