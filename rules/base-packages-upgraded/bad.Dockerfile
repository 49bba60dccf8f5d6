FROM debian:13-slim
RUN apt-get update && apt-get -y upgrade && rm -rf /var/lib/apt/lists/*
USER 65532:65532
CMD ["date"]
