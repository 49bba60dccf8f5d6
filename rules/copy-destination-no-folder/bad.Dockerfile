FROM debian:13-slim
COPY a.txt b.txt /data
USER 65532:65532
CMD ["date"]
