FROM debian:13-slim
RUN wget -nv https://example.com/a && curl -fsSO https://example.com/b
USER 65532:65532
CMD ["date"]
