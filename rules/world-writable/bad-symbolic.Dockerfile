FROM debian:13-slim
RUN mkdir /data && chmod a+rwx /data
USER 65532:65532
CMD ["date"]
