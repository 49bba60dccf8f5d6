FROM alpine:3.22
COPY app.conf \

/etc/
USER 65532:65532
CMD ["date"]
