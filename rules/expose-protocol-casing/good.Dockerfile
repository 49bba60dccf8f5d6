FROM debian:13-slim
EXPOSE 80/tcp
USER 65532:65532
CMD ["date"]
