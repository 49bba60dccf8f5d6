FROM debian:13-slim
RUN egrep root /etc/passwd
USER 65532:65532
CMD ["date"]
