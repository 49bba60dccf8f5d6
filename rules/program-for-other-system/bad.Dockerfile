FROM golang:1.27 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 GOOS=windows go build -o /out/app .

FROM alpine:3.22
COPY --from=build /out/app /app
USER 65532:65532
ENTRYPOINT ["/app"]
