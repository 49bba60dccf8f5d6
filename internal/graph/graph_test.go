package graph_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/graph"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const dockerfile = `FROM golang:1.26 AS base
WORKDIR /src
COPY . .

FROM base AS build
RUN CGO_ENABLED=0 go build -o /out/app ./cmd/app

FROM alpine:3.20 AS unused

FROM scratch
COPY --from=build /out/app /app
COPY --from=nginx:1.27 "/etc/<x>&y" /x
RUN --mount=from=build,target=/m ["/m/out/app"]
ENTRYPOINT ["/app"]
`

func TestGolden(t *testing.T) {
	src := source.NewFile("Dockerfile", []byte(dockerfile))
	doc := lint.Read(src, stage.Options{}, buildcontext.Context{})
	at := func(text string) source.Span {
		i := bytes.Index(src.Bytes, []byte(text))
		return source.Span{Start: i, End: i + len(text)}
	}
	g := graph.New(doc, []finding.Finding{
		{Rule: "root-user", Severity: finding.Warning, Span: at("scratch"), Message: `runs as "root" <x>, and what is said of it is so long that no box should be as wide: it goes on in a line below, ` + strings.Repeat("日", 50)},
		{Rule: "hidden", Severity: finding.Warning, Span: at("scratch"), Message: "hidden", Suppressed: &finding.Suppression{}},
		{Rule: "maybe", Severity: finding.Warning, Span: at("scratch"), Message: "maybe", Unknown: true},
	})
	for _, format := range graph.Formats() {
		var got bytes.Buffer
		if err := g.Write(&got, format); err != nil {
			t.Fatal(err)
		}
		name := "testdata/graph." + format
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s is out of date; go test ./internal/graph -update\n%s", name, diff)
		}
		if format == "svg" {
			d := xml.NewDecoder(&got)
			for {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := g.Write(io.Discard, "nope"); err == nil {
		t.Error("no error for a format that is none")
	}
}
