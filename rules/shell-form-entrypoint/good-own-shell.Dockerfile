FROM alpine:3.22
SHELL ["/bin/ash", "-ec"]
USER 65532:65532
CMD date
