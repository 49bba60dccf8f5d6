FROM debian:13-slim
COPY --chmod=0777 entrypoint.sh /
USER 65532:65532
CMD ["/entrypoint.sh"]
