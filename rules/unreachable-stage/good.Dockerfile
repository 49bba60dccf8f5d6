FROM debian:bookworm-slim AS builder
RUN echo one > /one

# Built on request, with --target test.
FROM builder AS test
RUN grep one /one

FROM alpine:3.20
COPY --from=builder /one /one
USER 65532:65532
CMD ["cat", "/one"]
