FROM golang:1.26-bookworm
WORKDIR /src
COPY . .
RUN go build -o /usr/local/bin/app ./cmd/app
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/app"]
