FROM alpine:3.22 AS first
RUN date > /date

FROM alpine:3.22 AS second
COPY --from=first /date /date
USER 65532:65532
CMD ["date"]
