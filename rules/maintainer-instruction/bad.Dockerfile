FROM debian:13-slim
MAINTAINER me@example.com
USER 65532:65532
CMD ["date"]
