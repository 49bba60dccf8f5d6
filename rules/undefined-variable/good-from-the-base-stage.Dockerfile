FROM alpine:3.22 AS base
ARG file=app.conf

FROM base
COPY $file /
USER 65532:65532
CMD ["date"]
