FROM debian:13-slim
RUN rm $(ls /var/cache)
USER 65532:65532
CMD ["date"]
