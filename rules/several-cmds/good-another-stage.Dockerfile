FROM alpine:3.22 AS a
CMD ["date"]

FROM a AS b
USER 65532:65532
CMD ["cal"]
