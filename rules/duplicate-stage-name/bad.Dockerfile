FROM debian:bookworm-slim AS files
RUN echo one > /one

FROM debian:bookworm-slim AS Files
RUN echo two > /two

FROM alpine:3.20
COPY --from=files /two /two
USER 65532:65532
CMD ["cat", "/two"]
