FROM debian:13-slim
SHELL ["/bin/bash", "-c"]
RUN source /etc/os-release && echo "$ID"
USER 65532:65532
CMD ["date"]
