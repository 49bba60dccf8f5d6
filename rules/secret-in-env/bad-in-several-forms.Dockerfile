FROM alpine:3.22
ENV password=bar secret=baz
ENV apikey=bar sunflower=foo
ARG super_duper_secret_token=foo
USER 65532:65532
CMD ["date"]
