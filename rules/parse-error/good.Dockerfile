FROM alpine:3.20
RUN apk add --no-cache tini
USER 65532:65532
CMD ["tini", "--", "server"]
