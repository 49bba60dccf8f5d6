FROM alpine:3.20
RUNN apk add --no-cache tini
USER 65532:65532
CMD ["tini", "--", "server"]
