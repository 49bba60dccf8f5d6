FROM debian:13-slim
RUN set -o pipefail && wget -qO - https://example.com/app.tar | tar -x
USER 65532:65532
CMD ["date"]
