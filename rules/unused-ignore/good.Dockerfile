# plimline ignore=latest-tag the nightly image follows Alpine's newest release on purpose
FROM alpine:latest
USER 65532:65532
CMD ["server"]
