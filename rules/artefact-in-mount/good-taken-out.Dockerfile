FROM golang:1.27 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/cache CGO_ENABLED=0 go build -o /cache/app . && mkdir /out && cp /cache/app /out/app

FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /out/app /app
ENTRYPOINT ["/app"]
