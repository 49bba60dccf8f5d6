FROM debian:13-slim
COPY app.conf conf/
USER 65532:65532
CMD ["date"]
