from alpine:3.22 AS app
USER 65532:65532
CMD ["date"]
