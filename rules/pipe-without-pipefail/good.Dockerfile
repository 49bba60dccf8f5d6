FROM debian:13-slim
RUN wget -qO app.tar https://example.com/app.tar && tar -xf app.tar
USER 65532:65532
CMD ["date"]
