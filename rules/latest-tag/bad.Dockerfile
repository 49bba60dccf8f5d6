FROM alpine:latest
COPY server /server
USER 65532:65532
CMD ["/server"]
