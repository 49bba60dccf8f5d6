# The second RUN hides the lists; the first one's layer still holds them.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates
RUN rm -rf /var/lib/apt/lists/*
USER 65532:65532
CMD ["server"]
