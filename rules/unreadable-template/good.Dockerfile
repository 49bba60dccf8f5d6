# Braces in a command are the command's own.
FROM alpine:3.20
RUN apk list --installed > /packages && docker-gen --format '{{ .Name }}' /packages
USER 65532:65532
CMD ["server"]
