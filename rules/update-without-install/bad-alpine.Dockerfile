FROM alpine:3.22
RUN apk update
RUN apk add git && rm -rf /var/cache/apk/*
USER 65532:65532
CMD ["date"]
