FROM python:3.14-slim
RUN pip install --no-cache-dir -r requirements.txt
USER 65532:65532
CMD ["date"]
