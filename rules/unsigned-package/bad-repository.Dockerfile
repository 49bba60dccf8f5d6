FROM debian:13-slim
RUN echo "deb [arch=amd64 trusted=yes] http://deb.example.org/ stable main" > /etc/apt/sources.list.d/example.list
USER 65532:65532
CMD ["date"]
