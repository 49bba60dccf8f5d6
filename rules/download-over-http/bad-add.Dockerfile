FROM debian:13-slim
ADD http://example.org/tool /usr/local/bin/tool
USER 65532:65532
CMD ["date"]
