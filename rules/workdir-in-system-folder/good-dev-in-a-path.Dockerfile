FROM debian:13-slim
WORKDIR /srv/dev
USER 65532:65532
CMD ["date"]
