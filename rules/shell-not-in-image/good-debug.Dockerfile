FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -o /out/app ./cmd/app

# The debug variant has busybox, and SHELL says so.
FROM gcr.io/distroless/static-debian12:debug-nonroot
SHELL ["/busybox/sh", "-c"]
RUN echo hello > /tmp/hello
COPY --from=build /out/app /app
ENTRYPOINT ["/app"]
