FROM debian:13-slim
RUN cat /etc/passwd | wc -l
USER 65532:65532
CMD ["date"]
