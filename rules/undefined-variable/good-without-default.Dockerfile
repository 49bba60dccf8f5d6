FROM alpine:3.22
ARG suffix
COPY app${suffix}.conf /
USER 65532:65532
CMD ["date"]
