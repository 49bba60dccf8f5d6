FROM node:24-slim
RUN npm config set strict-ssl false && npm ci
RUN git config --global http.sslVerify false
RUN yum-config-manager --save --setopt=extras.sslverify=0
RUN pip install --no-cache-dir --trusted-host pypi.example.org -r requirements.txt
USER 65532:65532
CMD ["node"]
