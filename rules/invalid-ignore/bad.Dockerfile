# plimline ignore=lastest-tag we want what is newest
FROM alpine:latest
USER 65532:65532
CMD ["server"]
