FROM debian:13-slim
LABEL org.example.version="1"
USER 65532:65532
CMD ["date"]
