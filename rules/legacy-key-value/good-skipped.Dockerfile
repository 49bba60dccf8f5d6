FROM alpine:3.22
# check=skip=LegacyKeyValueFormat
ENV LANG C.UTF-8
USER 65532:65532
CMD ["date"]
