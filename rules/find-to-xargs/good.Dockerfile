FROM debian:13-slim
RUN find /src -name "*.o" -print0 | xargs -0 rm
USER 65532:65532
CMD ["date"]
