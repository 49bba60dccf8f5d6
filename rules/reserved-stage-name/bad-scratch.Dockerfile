FROM alpine:3.22 AS scratch
USER 65532:65532
CMD ["date"]
