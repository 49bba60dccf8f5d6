FROM debian:13-slim
LABEL com.docker.mine="x" Version..="1"
USER 65532:65532
CMD ["date"]
