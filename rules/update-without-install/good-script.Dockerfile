FROM debian:13-slim
COPY install.sh /
RUN apt-get update && ./install.sh && rm -rf /var/lib/apt/lists/*
RUN ./configure-packages.sh
USER 65532:65532
CMD ["date"]
