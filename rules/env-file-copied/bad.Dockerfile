FROM debian:13-slim
COPY .env config.json /srv/
USER 65532:65532
CMD ["date"]
