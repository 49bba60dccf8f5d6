# plimline's own image: docker build -t plimline . && docker run --rm -v "$PWD:/work:ro" plimline
# plimline ignore-file=unpinned-base-image the tags name what has to be the same; security updates of both are wanted
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
ARG TARGETOS TARGETARCH
# With .git, which the version is read from; so .dockerignore leaves out nothing that git knows.
RUN --mount=type=bind,target=. \
    --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags="-s -w" -o /plimline ./cmd/plimline

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /plimline /usr/bin/plimline
USER 65532:65532
WORKDIR /work
HEALTHCHECK NONE
ENTRYPOINT ["plimline"]
CMD ["lint"]
