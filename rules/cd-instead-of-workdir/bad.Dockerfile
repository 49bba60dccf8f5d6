FROM debian:13-slim
RUN cd /data && touch file
USER 65532:65532
CMD ["date"]
