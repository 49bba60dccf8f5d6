FROM debian:13-slim
RUN ssh -o StrictHostKeyChecking=no host.example.org true
USER 65532:65532
CMD ["date"]
