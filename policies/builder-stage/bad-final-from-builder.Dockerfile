FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/app ./cmd/app

FROM build
USER 65532:65532
ENTRYPOINT ["app"]
