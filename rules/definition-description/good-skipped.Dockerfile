# check=skip=InvalidDefinitionDescription
# The release
ARG VERSION=13
FROM debian:${VERSION}-slim
USER 65532:65532
CMD ["date"]
