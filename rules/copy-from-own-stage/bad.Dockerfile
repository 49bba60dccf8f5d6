FROM debian:13-slim AS app
COPY --from=app /etc/hostname /data/
USER 65532:65532
CMD ["date"]
