FROM debian:bookworm-slim
USER 65532
COPY server /usr/local/bin/server
USER root
CMD ["server"]
