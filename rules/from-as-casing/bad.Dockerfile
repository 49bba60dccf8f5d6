FROM debian:13-slim as app
USER 65532:65532
CMD ["date"]
