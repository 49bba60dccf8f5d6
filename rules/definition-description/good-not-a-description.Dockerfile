# Something about this part of the file
#
ARG VERSION=13
FROM debian:${VERSION}-slim
# the settings
COPY app.conf /etc/
USER 65532:65532
CMD ["date"]
