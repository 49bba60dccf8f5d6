# A whole root file system is put together elsewhere.
FROM alpine:3.20 AS root
RUN apk add --no-cache --initdb -p /out alpine-baselayout busybox

FROM scratch
COPY --from=root /out/ /
RUN adduser -D app
USER 65532:65532
CMD ["/bin/sh"]
