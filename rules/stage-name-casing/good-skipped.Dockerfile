# check=skip=StageNameCasing
FROM alpine:3.22 AS App
USER 65532:65532
CMD ["date"]
