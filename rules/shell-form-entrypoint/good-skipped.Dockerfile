FROM alpine:3.22
# check=skip=JSONArgsRecommended
CMD date
USER 65532:65532
