FROM alpine:3.22
RUN apk add --no-cache tzdata
ENV TZ=Europe/Prague
USER 65532:65532
CMD ["date"]
