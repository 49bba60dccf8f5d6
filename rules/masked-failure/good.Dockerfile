FROM debian:13-slim
RUN VERSION=$(cat /version) && export VERSION && echo "$VERSION"
USER 65532:65532
CMD ["date"]
