FROM debian:13-slim
LABEL description="a program that
ENV MODE=${MODE:fast}
USER 65532:65532
CMD ["date"]
