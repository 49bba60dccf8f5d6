FROM debian:13-slim
ADD https://github.com/example/tool.git#v1.2.0 /opt/tool
USER 65532:65532
CMD ["date"]
