FROM debian:bookworm-slim AS builder
RUN echo one > /one

FROM alpine:3.20
COPY one /one
USER 65532:65532
CMD ["cat", "/one"]
