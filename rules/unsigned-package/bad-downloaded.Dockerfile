FROM alpine:3.22
RUN wget -q https://example.org/tool.apk && apk add --no-cache --allow-untrusted ./tool.apk
USER 65532:65532
CMD ["date"]
