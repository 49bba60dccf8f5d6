FROM debian:13-slim
COPY entrypoint.sh /
RUN chmod -R 777 /entrypoint.sh
USER 65532:65532
CMD ["/entrypoint.sh"]
