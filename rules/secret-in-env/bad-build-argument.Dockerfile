FROM node:22.11.0-bookworm-slim
ARG NPM_TOKEN
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm config set //registry.npmjs.org/:_authToken "$NPM_TOKEN" && npm ci
USER node
CMD ["node", "server.js"]
