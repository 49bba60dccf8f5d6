FROM alpine:3.22
COPY tool.apk /tmp/
RUN apk add --no-cache --allow-untrusted /tmp/tool.apk
USER 65532:65532
CMD ["date"]
