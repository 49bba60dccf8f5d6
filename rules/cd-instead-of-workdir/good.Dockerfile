FROM debian:13-slim
WORKDIR /data
RUN touch file
USER 65532:65532
CMD ["date"]
