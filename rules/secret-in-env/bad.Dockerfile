FROM node:22.11.0-bookworm-slim
ENV NPM_TOKEN=npm_0123456789abcdefghijklmnopqrstuvwxyz
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
USER node
CMD ["node", "server.js"]
