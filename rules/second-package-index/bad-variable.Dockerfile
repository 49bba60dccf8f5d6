FROM python:3.14-slim
ENV PIP_EXTRA_INDEX_URL=https://pypi.example.org/simple
USER 65532:65532
CMD ["python"]
