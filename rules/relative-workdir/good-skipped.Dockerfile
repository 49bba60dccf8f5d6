FROM alpine:3.22
# check=skip=WorkdirRelativePath
WORKDIR app
USER 65532:65532
CMD ["date"]
