FROM debian:13-slim
ENV GIT_SSH_COMMAND="ssh -o StrictHostKeyChecking=no"
RUN mkdir -p /root/.ssh && echo "StrictHostKeyChecking no" >> /root/.ssh/config
USER 65532:65532
CMD ["date"]
