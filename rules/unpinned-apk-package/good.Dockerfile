FROM alpine:3.22
RUN apk add --no-cache curl=8.14.1-r1
USER 65532:65532
CMD ["date"]
