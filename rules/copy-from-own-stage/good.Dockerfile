FROM debian:13-slim AS app
RUN date > /date

FROM debian:13-slim
COPY --from=app /date /data/
USER 65532:65532
CMD ["date"]
