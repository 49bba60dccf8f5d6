FROM --platform=linux/amd64 alpine:3.22 AS linux
USER 65532:65532
CMD ["date"]
