FROM debian:13-slim
RUN curl -fsSL -o /usr/local/bin/tool https://example.org/tool
USER 65532:65532
CMD ["date"]
