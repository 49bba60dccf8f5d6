FROM debian:13-slim
SHELL ["/bin/bash", "-c"]
RUN date
USER 65532:65532
CMD ["date"]
