package lint_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/source"
)

// reference is a Go image as it should be: no rule has anything to say about it.
const reference = `# syntax=docker/dockerfile:1
FROM --platform=$BUILDPLATFORM golang:1.27-alpine3.24@sha256:beefdbd8a1da6d2915566fde36db9db0b524eb737fc57cd1367effd16dc0d06d AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG TARGETOS
ARG TARGETARCH
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags="-s -w" -o /out/app ./cmd/app

FROM gcr.io/distroless/static-debian13:nonroot@sha256:beefdbd8a1da6d2915566fde36db9db0b524eb737fc57cd1367effd16dc0d06d
COPY --from=build /out/app /app
USER 65532:65532
ENTRYPOINT ["/app"]
`

func goStrict(t *testing.T) (*lint.Linter, *config.Settings) {
	t.Helper()
	engine, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	strict, err := config.Default(engine.Catalog()).With(config.Flags{Profile: "go-strict"})
	if err != nil {
		t.Fatal(err)
	}
	return lint.New(engine, nil), strict.For("Dockerfile")
}

// TestStrict: the profile makes the requirements errors, and has nothing to say about the reference.
func TestStrict(t *testing.T) {
	l, strict := goStrict(t)
	for text, want := range map[string]int{
		reference: 0,
		strings.Replace(reference, "CGO_ENABLED=0 ", "", 1):                                                        1,
		strings.Replace(reference, "golang:1.27-alpine3.24", "golang:1.24-alpine3.21", 1):                          1,
		strings.Replace(reference, "USER 65532:65532", "USER root", 1):                                             1,
		strings.Replace(reference, "--from=build", "--from=0", 1):                                                  1,
		strings.Replace(strings.Replace(reference, "go build", "go build -a", 1), "/out/app /app", "/src /app", 1): 2,
	} {
		found, err := l.File(context.Background(), source.NewFile("Dockerfile", []byte(text)), buildcontext.Context{}, strict)
		if err != nil {
			t.Fatal(err)
		}
		errors := 0
		for _, f := range found {
			if f.Severity == finding.Error {
				errors++
			}
		}
		if errors != want {
			t.Errorf("%d errors, want %d: %v", errors, want, found)
		}
	}
}

// TestReference: each change for the worse is found by exactly one rule.
func TestReference(t *testing.T) {
	const final = "FROM gcr.io/distroless/static-debian13:nonroot@sha256:beefdbd8a1da6d2915566fde36db9db0b524eb737fc57cd1367effd16dc0d06d"
	l, settings := goStrict(t)
	tests := []struct{ name, old, new, rule string }{
		{"unchanged", "", "", ""},
		{"cgo", "CGO_ENABLED=0 ", "", "cgo-disabled"},
		{"a default for the platform", "ARG TARGETARCH\n", "ARG TARGETARCH=amd64\n", "platform-arg-default"},
		{"no ARG for the platform", "ARG TARGETARCH\n", "", "platform-arg-undeclared"},
		{"the sources too", "/out/app /app", "/src /app", "copy-from-builder"},
		{"shell form", `ENTRYPOINT ["/app"]`, "ENTRYPOINT /app", "shell-not-in-image"},
		{"pie", "go build", "go build -buildmode=pie", "pie-without-loader"},
		{"the toolchain", final, "FROM golang:1.27", "builder-stage"},
		{"a distribution", final, "FROM debian:13", "minimal-final-base"},
		{"root", "USER 65532:65532", "USER root", "root-user"},
		{"by number", "--from=build", "--from=0", "numeric-copy-from"},
		{"a path nobody makes", "--from=build /out/app", "--from=build /out/ap", "artefact-missing"},
		{"a stage nobody makes", "--from=build", "--from=biuld", "unknown-copy-source"},
		{"an entry point that is not there", `["/app"]`, `["/ap"]`, "entrypoint-missing"},
		{"the builder's platform", "ARG TARGETOS\nARG TARGETARCH\n", "", "builder-platform-only"},
		{"latest", final, "FROM gcr.io/distroless/static-debian13:latest", "latest-tag"},
		{"no tag", final, "FROM gcr.io/distroless/static-debian13", "untagged-base-image"},
		{"an old flag", "go build", "go build -a", "obsolete-build-flag"},
		{"versions anew", "go mod download", "go mod tidy", "go-mod-changed"},
		{"a relative directory", "WORKDIR /src", "WORKDIR src", "relative-workdir"},
		{"an old release", "golang:1.27-alpine3.24", "golang:1.24-alpine3.21", "unsupported-go"},
		{"everything at once, with a cache", "COPY go.mod go.sum ./\nRUN --mount=type=cache,target=/go/pkg/mod go mod download\n", "", ""},
		{"modules in a mount that is gone", "RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build", "RUN --mount=type=cache,target=/root/.cache/go-build", "cache-mount-mismatch"},
		{"paths", "-trimpath ", "", "builder-paths-in-program"},
		{"symbols", `-ldflags="-s -w" `, "", "unstripped-program"},
		{"a user by name", "USER 65532:65532", "USER nonroot", "user-by-name"},
		{"a packed program", "./cmd/app\n", "./cmd/app && upx /out/app\n", "packed-program"},
		{"a flag of no use", `"-s -w"`, `"-s -w -extldflags -static"`, "static-flag-without-effect"},
		{"for a debugger", "go build", `go build -gcflags="all=-N -l"`, "optimizations-off"},
		{"another system", "GOOS=$TARGETOS", "GOOS=windows", "program-for-other-system"},
		{"a typo", "ENTRYPOINT", "ENTRYPIONT", "parse-error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(reference, tt.old, tt.new, 1)
			if tt.name == "the builder's platform" {
				text = strings.Replace(text, "GOOS=$TARGETOS GOARCH=$TARGETARCH ", "", 1)
			}
			found, err := l.File(context.Background(), source.NewFile("Dockerfile", []byte(text)), buildcontext.Context{}, settings)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]bool{}
			for _, f := range found {
				if !f.Unknown {
					got[f.Rule] = true
				}
			}
			want := map[string]bool{}
			if tt.rule != "" {
				want[tt.rule] = true
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
