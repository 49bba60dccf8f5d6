FROM debian:13-slim
RUN useradd --no-log-init --uid 1000700000 app
USER 65532:65532
CMD ["date"]
