FROM alpine:3.22 AS base
SHELL ["/bin/ash", "-ec"]

FROM base
USER 65532:65532
ENTRYPOINT date
