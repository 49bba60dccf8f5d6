FROM debian:13-slim
RUN . /etc/os-release && echo "$ID"
USER 65532:65532
CMD ["date"]
