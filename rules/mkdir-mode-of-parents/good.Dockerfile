FROM debian:13-slim
RUN mkdir -p /data/private && mkdir -m 700 /data/private/keys
USER 65532:65532
CMD ["date"]
