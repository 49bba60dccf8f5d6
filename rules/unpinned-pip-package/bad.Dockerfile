FROM python:3.14-slim
RUN pip install --no-cache-dir requests
USER 65532:65532
CMD ["date"]
