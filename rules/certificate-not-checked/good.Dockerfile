FROM debian:13-slim
COPY authority.pem /etc/ssl/authority.pem
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/authority.pem
RUN curl -fsSL --cacert /etc/ssl/authority.pem -ok https://example.org/tool
USER 65532:65532
CMD ["date"]
