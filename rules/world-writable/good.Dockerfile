FROM debian:13-slim
COPY --chmod=755 entrypoint.sh /
RUN mkdir /data && chown 65532 /data && chmod u+rwx,o-w,go+rX /data && chmod +w /data
USER 65532:65532
CMD ["/entrypoint.sh"]
