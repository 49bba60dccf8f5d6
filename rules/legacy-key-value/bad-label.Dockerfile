FROM alpine:3.22
LABEL org.example.key value
USER 65532:65532
CMD ["date"]
