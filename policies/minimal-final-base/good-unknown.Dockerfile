FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -o /out/app ./cmd/app

FROM registry.example.com/our-base:4
COPY --from=build /out/app /app
USER 65532:65532
ENTRYPOINT ["/app"]
