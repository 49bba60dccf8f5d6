FROM golang:1.27 AS build
WORKDIR /src
COPY . .
# plimline ignore=cgo-disabled it has C code
RUN CGO_ENABLED=1 go build -ldflags '-linkmode external -extldflags "-static"' -o /out/app .

FROM scratch
COPY --from=build /out/app /app
USER 65532:65532
ENTRYPOINT ["/app"]
