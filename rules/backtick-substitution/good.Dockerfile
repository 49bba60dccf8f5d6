FROM debian:13-slim
RUN echo "$(date)" > /date
USER 65532:65532
CMD ["date"]
