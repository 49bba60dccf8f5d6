FROM alpine:3.20
COPY server /server
USER 65532:65532
HEALTHCHECK CMD curl -f http://localhost:8080/health
CMD ["/server"]
