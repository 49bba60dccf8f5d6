# Nothing here is built with Go.
FROM python:3.13.1-slim-bookworm
COPY app.py /app.py
USER 65532:65532
CMD ["python", "/app.py"]
