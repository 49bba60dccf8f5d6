FROM debian:13-slim
RUN find /src -name "*.o" | xargs rm
USER 65532:65532
CMD ["date"]
