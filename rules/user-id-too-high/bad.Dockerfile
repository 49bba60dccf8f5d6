FROM debian:13-slim
RUN useradd --uid 1000700000 app
USER 65532:65532
CMD ["date"]
