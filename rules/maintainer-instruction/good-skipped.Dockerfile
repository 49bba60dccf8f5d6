FROM alpine:3.22
# check=skip=MaintainerDeprecated
MAINTAINER me@example.com
USER 65532:65532
CMD ["date"]
