FROM debian:13-slim
RUN echo 'root:correcthorse' | chpasswd
USER 65532:65532
CMD ["date"]
