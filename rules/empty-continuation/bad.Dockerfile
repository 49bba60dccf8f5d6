FROM debian:13-slim
RUN mkdir /a && \

    mkdir /b
USER 65532:65532
CMD ["date"]
