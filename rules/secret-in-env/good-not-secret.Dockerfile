# Names and values that only look like secrets: a public fingerprint, a path, a switch, an address.
FROM node:22.11.0-bookworm-slim
ENV GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568 \
    DB_PASSWORD_FILE=/run/secrets/db_password \
    SSH_AUTH_SOCK=/run/ssh.sock \
    API_TOKEN=/run/secrets/token \
    MYSQL_ALLOW_EMPTY_PASSWORD=yes \
    TOKEN_URL=https://login.example.com/token
USER node
CMD ["node", "server.js"]
