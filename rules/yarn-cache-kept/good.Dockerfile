FROM node:24-alpine
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile && yarn cache clean
USER 65532:65532
CMD ["date"]
