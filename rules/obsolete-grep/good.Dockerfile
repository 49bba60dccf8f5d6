FROM debian:13-slim
RUN grep -E root /etc/passwd
USER 65532:65532
CMD ["date"]
