FROM debian:bookworm-slim
RUN echo one > /one

FROM alpine:3.20
COPY --from=0 /one /one
COPY --from=2 /one /two
USER 65532:65532
CMD ["cat", "/one", "/two"]
