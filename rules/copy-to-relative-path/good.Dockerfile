FROM debian:13-slim
WORKDIR /app
COPY app.conf conf/
USER 65532:65532
CMD ["date"]
