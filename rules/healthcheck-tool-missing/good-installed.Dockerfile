FROM alpine:3.20
RUN apk add --no-cache curl
COPY server /server
USER 65532:65532
HEALTHCHECK CMD curl -f http://localhost:8080/health
CMD ["/server"]
