FROM --platform=$BUILDPLATFORM golang:1.27 AS build
WORKDIR /src
COPY . .
ARG TARGETOS TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go install ./cmd/app

FROM scratch
COPY --from=build /go/bin/app /app
USER 65532:65532
ENTRYPOINT ["/app"]
