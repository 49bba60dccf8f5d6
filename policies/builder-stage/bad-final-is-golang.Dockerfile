FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /out/app ./cmd/app

FROM golang:1.26-bookworm
COPY --from=build /out/app /app
USER 65532:65532
ENTRYPOINT ["/app"]
