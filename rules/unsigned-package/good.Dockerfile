FROM debian:13-slim
COPY example.gpg /etc/apt/keyrings/
RUN echo "deb [signed-by=/etc/apt/keyrings/example.gpg] https://deb.example.org/ stable main" > /etc/apt/sources.list.d/example.list \
    && apt-get update \
    && apt-get install -y --no-install-recommends tool \
    && rm -rf /var/lib/apt/lists/*
USER 65532:65532
CMD ["date"]
