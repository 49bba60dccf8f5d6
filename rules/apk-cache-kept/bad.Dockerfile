FROM alpine:3.22
RUN apk add curl
USER 65532:65532
CMD ["date"]
