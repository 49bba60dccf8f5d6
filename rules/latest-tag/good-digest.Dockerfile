# The digest decides; the tag is a note to the reader.
FROM alpine:latest@sha256:beefdbd8a1da6d2915566fde36db9db0b524eb737fc57cd1367effd16dc0d06d
COPY server /server
USER 65532:65532
CMD ["/server"]
