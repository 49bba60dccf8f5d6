FROM debian:13-slim
COPY install.sh /tmp/
RUN DEBIAN_FRONTEND=noninteractive nice /tmp/install.sh
COPY server /server
USER 65532:65532
HEALTHCHECK CMD curl -f http://localhost:8080/health
CMD ["/server"]
