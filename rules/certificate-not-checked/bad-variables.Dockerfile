FROM node:24-slim
ENV NODE_TLS_REJECT_UNAUTHORIZED=0
RUN GIT_SSL_NO_VERIFY=true git clone https://git.example.org/tool /tool
RUN export PIP_TRUSTED_HOST=pypi.example.org && make tool
USER 65532:65532
CMD ["node"]
