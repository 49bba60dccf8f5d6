FROM debian:13-slim
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.org/install.sh /tmp/install.sh
RUN sh /tmp/install.sh --prefix /usr && rm /tmp/install.sh
USER 65532:65532
CMD ["date"]
