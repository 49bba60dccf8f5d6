FROM debian:13-slim
COPY known_hosts /etc/ssh/ssh_known_hosts
RUN ssh -o StrictHostKeyChecking=yes host.example.org true
USER 65532:65532
CMD ["date"]
