FROM alpine:3.20 AS app
COPY --from=files /one /one
USER 65532:65532
CMD ["cat", "/one"]

FROM debian:bookworm-slim AS files
RUN echo one > /one

FROM app
COPY --from=files /one /two
