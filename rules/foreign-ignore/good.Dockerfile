# plimline ignore=untagged-base-image always the newest
FROM debian
USER 65532:65532
CMD ["date"]
