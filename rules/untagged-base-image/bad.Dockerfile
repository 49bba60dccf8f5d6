FROM debian
COPY server /usr/local/bin/server
USER 65532:65532
CMD ["server"]
