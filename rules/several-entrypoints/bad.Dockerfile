FROM debian:13-slim
ENTRYPOINT ["cal"]
ENTRYPOINT ["date"]
USER 65532:65532
CMD ["date"]
