FROM debian:13-slim
COPY .env.example config.json /srv/
USER 65532:65532
CMD ["date"]
