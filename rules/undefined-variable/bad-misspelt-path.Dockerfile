FROM alpine:3.22
ENV PATH=$PAHT:/opt/bin
USER 65532:65532
CMD ["date"]
