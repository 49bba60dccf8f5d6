# exec puts the program in the shell's place.
FROM debian:bookworm-slim
COPY server /usr/local/bin/server
ENV PORT=8080
USER 65532:65532
ENTRYPOINT exec server --port "$PORT"
