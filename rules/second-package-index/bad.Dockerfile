FROM python:3.14-slim
RUN pip install --no-cache-dir --extra-index-url https://pypi.example.org/simple tool==1.2.0
USER 65532:65532
CMD ["python"]
