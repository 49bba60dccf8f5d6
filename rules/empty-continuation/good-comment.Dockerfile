FROM alpine:3.22
COPY app.conf \
# where it is looked for
/etc/
USER 65532:65532
CMD ["date"]
