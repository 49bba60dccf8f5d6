FROM golang:1.26-bookworm
WORKDIR /src
COPY . .
USER 65532:65532
CMD ["go", "run", "./cmd/app"]
