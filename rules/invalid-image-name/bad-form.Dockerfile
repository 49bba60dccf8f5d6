FROM node:22:slim
USER 1000
