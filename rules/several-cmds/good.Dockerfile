FROM debian:13-slim
RUN true
USER 65532:65532
CMD ["date"]
