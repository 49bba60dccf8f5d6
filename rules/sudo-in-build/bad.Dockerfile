FROM debian:13-slim
RUN sudo mkdir /data
USER 65532:65532
CMD ["date"]
