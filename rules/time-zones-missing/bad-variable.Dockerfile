FROM alpine:3.22
ENV TZ=Europe/Prague
USER 65532:65532
CMD ["date"]
