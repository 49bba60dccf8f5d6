FROM debian:13-slim
RUN wc -l < /etc/passwd
USER 65532:65532
CMD ["date"]
