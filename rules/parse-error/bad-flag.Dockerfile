FROM alpine:3.20
COPY --form=build /app /app
USER 65532:65532
CMD ["/app"]
