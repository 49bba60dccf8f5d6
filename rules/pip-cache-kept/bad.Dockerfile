FROM python:3.14-slim
RUN pip install requests==2.32.5
USER 65532:65532
CMD ["date"]
