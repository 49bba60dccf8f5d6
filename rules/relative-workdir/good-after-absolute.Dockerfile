FROM node:22.11.0-bookworm-slim AS base
WORKDIR /srv

FROM base
WORKDIR app
COPY . .
USER node
CMD ["node", "server.js"]
