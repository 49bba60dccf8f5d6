# plimline ignore=latest-tag pinned by the release job
FROM alpine:3.20
USER 65532:65532
CMD ["server"]
