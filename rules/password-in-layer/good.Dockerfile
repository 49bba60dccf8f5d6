FROM debian:13-slim
RUN --mount=type=secret,id=password echo "root:$(cat /run/secrets/password)" | chpasswd
RUN useradd -m -p '*' person && echo 'person:*' | chpasswd -e
USER 65532:65532
CMD ["date"]
