FROM debian:13-slim
ARG DIR
RUN rm -rf "$DIR"/*
USER 65532:65532
CMD ["date"]
