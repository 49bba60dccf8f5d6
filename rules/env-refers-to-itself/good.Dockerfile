FROM debian:13-slim
ENV APP=/app
ENV BIN=$APP/bin
USER 65532:65532
CMD ["date"]
