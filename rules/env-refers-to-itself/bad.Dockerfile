FROM debian:13-slim
ENV APP=/app BIN=$APP/bin
USER 65532:65532
CMD ["date"]
