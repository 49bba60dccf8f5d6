FROM node:24-alpine
RUN npm install --global typescript@5.9.3
USER 65532:65532
CMD ["date"]
