FROM python:3.14-slim
RUN pip install --no-cache-dir git+https://git.example.com/tool.git
USER 65532:65532
CMD ["date"]
