FROM debian:bookworm-slim AS go
RUN curl -fsSL https://go.dev/dl/go1.26.0.linux-amd64.tar.gz | tar -C /usr/local -xz

FROM go AS tools
USER 65532:65532
