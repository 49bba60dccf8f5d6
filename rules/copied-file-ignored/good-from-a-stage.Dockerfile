FROM alpine:3.22 AS base
RUN date > /config

FROM alpine:3.22
COPY --from=base /config /config
USER 65532:65532
CMD ["date"]
