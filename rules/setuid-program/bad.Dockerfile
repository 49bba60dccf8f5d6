FROM debian:13-slim
COPY tool /usr/bin/tool
RUN chmod 4755 /usr/bin/tool
USER 65532:65532
CMD ["date"]
