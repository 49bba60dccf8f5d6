FROM debian:bookworm-slim
COPY server /usr/local/bin/server
USER 65532:65532
CMD ["server"]
