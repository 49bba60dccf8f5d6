FROM debian:13-slim
RUN export VERSION=$(cat /version) && echo "$VERSION"
USER 65532:65532
CMD ["date"]
