FROM alpine:3.20
COPY server /server
USER 65532:65532
CMD ["/server"]
