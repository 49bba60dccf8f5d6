FROM node:24-alpine
RUN npm install --global typescript
USER 65532:65532
CMD ["date"]
