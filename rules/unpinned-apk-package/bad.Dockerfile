FROM alpine:3.22
RUN apk add --no-cache curl
USER 65532:65532
CMD ["date"]
