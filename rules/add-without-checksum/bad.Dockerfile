FROM debian:13-slim
ADD https://example.org/tool-1.2.0.tar.gz /opt/
USER 65532:65532
CMD ["date"]
