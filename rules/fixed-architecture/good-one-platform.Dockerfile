FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOARCH=amd64 go build -o /out/app ./cmd/app

FROM --platform=linux/amd64 gcr.io/distroless/static-debian12:nonroot AS app-amd64
COPY --from=build /out/app /app
ENTRYPOINT ["/app"]
