FROM debian:13-slim
RUN curl -fsSL https://example.org/install.sh | sh -s -- --prefix /usr
USER 65532:65532
CMD ["date"]
