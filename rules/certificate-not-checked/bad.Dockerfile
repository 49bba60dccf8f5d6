FROM debian:13-slim
RUN curl -fsSLko /usr/local/bin/tool https://example.org/tool \
    && wget --no-check-certificate -qO /usr/local/bin/other https://example.org/other
USER 65532:65532
CMD ["date"]
