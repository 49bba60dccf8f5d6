from alpine:3.22
COPY a /b
USER 65532:65532
CMD ["date"]
