FROM alpine:3.22
RUN apk -U --no-cache upgrade
USER 65532:65532
CMD ["date"]
