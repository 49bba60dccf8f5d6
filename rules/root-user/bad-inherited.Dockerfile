FROM debian:bookworm-slim AS base
USER 0:0

FROM base
COPY server /usr/local/bin/server
CMD ["server"]
