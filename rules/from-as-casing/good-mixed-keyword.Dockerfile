From alpine:3.22 as app
USER 65532:65532
CMD ["date"]
