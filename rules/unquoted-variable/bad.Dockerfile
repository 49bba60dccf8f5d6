FROM debian:13-slim
ARG DIR
RUN mkdir $DIR
USER 65532:65532
CMD ["date"]
