package dockerfile

import (
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/plimline/plimline/internal/source"
)

// typical is a Go application's Dockerfile as they usually are.
const typical = `# syntax=docker/dockerfile:1
ARG GO_VERSION=1.26
FROM --platform=$BUILDPLATFORM golang:${GO_VERSION}-alpine AS build
RUN apk add --no-cache git ca-certificates \
    # for the time zones
    tzdata
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG TARGETOS TARGETARCH
ENV CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    go build -trimpath -ldflags="-s -w" -o /out/app ./cmd/app

FROM gcr.io/distroless/static-debian12:nonroot
LABEL org.opencontainers.image.source="https://example.com/app" org.opencontainers.image.licenses=Apache-2.0
COPY --from=build --chown=65532:65532 /out/app /app
COPY <<EOF /etc/app.conf
port = 8080
EOF
EXPOSE 8080/tcp
USER 65532:65532
HEALTHCHECK --interval=30s CMD ["/app", "health"]
ENTRYPOINT ["/app"]
CMD ["serve", "--verbose"]
`

func benchmarkParse(b *testing.B, files []*source.File) {
	b.ReportAllocs()
	for b.Loop() {
		for _, src := range files {
			Parse(src)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(files)), "us/file")
}

func benchmarkBuildKit(b *testing.B, files []*source.File) {
	b.ReportAllocs()
	for b.Loop() {
		for _, src := range files {
			// The error is of no interest here: some files of the corpus are broken.
			_, _ = parser.Parse(strings.NewReader(string(src.Bytes)))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(files)), "us/file")
}

func typicalFile() []*source.File {
	return []*source.File{source.NewFile("Dockerfile", []byte(typical))}
}

func BenchmarkParse(b *testing.B) {
	b.Run("typical", func(b *testing.B) { benchmarkParse(b, typicalFile()) })
	b.Run("corpus", func(b *testing.B) { benchmarkParse(b, corpus(b)) })
}

func BenchmarkBuildKitParse(b *testing.B) {
	b.Run("typical", func(b *testing.B) { benchmarkBuildKit(b, typicalFile()) })
	b.Run("corpus", func(b *testing.B) { benchmarkBuildKit(b, corpus(b)) })
}
