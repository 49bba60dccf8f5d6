FROM python:3.14-slim
RUN pip install --no-cache-dir requests==2.32.5
USER 65532:65532
CMD ["date"]
