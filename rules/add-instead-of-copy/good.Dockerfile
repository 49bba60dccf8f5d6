FROM alpine:3.20
COPY config.toml /etc/server/
ADD site.tar.gz /srv/
ADD https://example.com/motd /etc/motd
ADD https://github.com/example/site.git#v1 /srv/site
USER 65532:65532
CMD ["server"]
