FROM debian:13-slim
RUN set -e; cd /src; rm -rf build
USER 65532:65532
CMD ["date"]
