# The script sets it itself, or has a default.
FROM alpine:3.20
RUN TARGETARCH=$(uname -m) && echo "$TARGETARCH" "${TARGETOS:-linux}" > /platform
USER 65532:65532
CMD ["cat", "/platform"]
