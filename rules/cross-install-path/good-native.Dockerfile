FROM golang:1.27 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go install ./cmd/app

FROM scratch
COPY --from=build /go/bin/app /app
USER 65532:65532
ENTRYPOINT ["/app"]
