FROM debian:13-slim
COPY app.tar.gz /tmp/
RUN tar -xzf /tmp/app.tar.gz -C /opt
USER 65532:65532
CMD ["date"]
