FROM alpine:3.20
ADD config.toml /etc/server/
USER 65532:65532
CMD ["server"]
