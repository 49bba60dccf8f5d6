FROM alpine:3.22
RUN adduser -D app
USER app
CMD ["date"]
