FROM debian:bookworm-slim AS files
RUN echo one > /one

FROM alpine:3.20
COPY --from=flies /one /one
COPY --from=files /one /two
USER 65532:65532
CMD ["cat", "/one", "/two"]
