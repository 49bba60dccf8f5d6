# plimline ignore=lastest-tag
FROM alpine:3.20
USER 65532:65532
CMD ["server"]
