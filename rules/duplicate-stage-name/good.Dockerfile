FROM debian:bookworm-slim AS one
RUN echo one > /one

FROM debian:bookworm-slim AS two
RUN echo two > /two

FROM alpine:3.20
COPY --from=one /one /one
COPY --from=two /two /two
USER 65532:65532
CMD ["cat", "/one", "/two"]
