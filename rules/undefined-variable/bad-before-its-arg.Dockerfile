FROM alpine:3.22
COPY $file /
ARG file=app.conf
RUN echo "$file"
USER 65532:65532
CMD ["date"]
