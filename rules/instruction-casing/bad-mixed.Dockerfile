From alpine:3.22
USER 65532:65532
CMD ["date"]
