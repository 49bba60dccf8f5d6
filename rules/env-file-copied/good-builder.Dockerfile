FROM debian:13-slim AS builder
COPY .env /srv/
RUN date > /out

FROM debian:13-slim
COPY --from=builder /out /out
USER 65532:65532
CMD ["date"]
