FROM debian:13-slim
RUN mkdir /scratch && chmod 1777 /scratch
USER 65532:65532
CMD ["date"]
