FROM debian:13-slim
RUN service ssh start
USER 65532:65532
CMD ["date"]
