FROM golang:1.27 AS build
RUN CGO_ENABLED=0 go install example.com/tool@v1.2.3

FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /go/bin/tool /tool
ENTRYPOINT ["/tool"]
