ARG tag=3
FROM alpine:${tag}${version}
USER 65532:65532
CMD ["date"]
