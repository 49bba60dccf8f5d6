FROM debian:bookworm-slim
COPY server /usr/local/bin/server
CMD ["server"]
