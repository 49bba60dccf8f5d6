ARG MY_ARCH=amd64
FROM --platform=linux/${MYARCH} alpine:3.22
USER 65532:65532
CMD ["date"]
