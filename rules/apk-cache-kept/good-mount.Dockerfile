FROM alpine:3.22
RUN --mount=type=cache,target=/var/cache/apk apk add curl
USER 65532:65532
CMD ["date"]
