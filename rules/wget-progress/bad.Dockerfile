FROM debian:13-slim
RUN wget https://example.com/data
USER 65532:65532
CMD ["date"]
