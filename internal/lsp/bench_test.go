package lsp

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/source"
)

// long is a Dockerfile of n instructions as people write them: a Go service, its tools and a final image.
func long(n int) string {
	head := `# syntax=docker/dockerfile:1
ARG GO_VERSION=1.26
FROM golang:${GO_VERSION} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /out/app ./cmd/app
FROM debian:12 AS tools
RUN apt-get update && \
    apt-get install -y --no-install-recommends curl ca-certificates && \
    rm -rf /var/lib/apt/lists/*
`
	tail := `FROM alpine:3.20
COPY --from=build /out/app /app
COPY --from=tools /opt /opt
USER 1000
ENTRYPOINT ["/app"]
`
	body := []string{
		"ENV TOOL_%[1]d_VERSION=1.%[1]d\n",
		"RUN curl -fsSLo /tmp/tool.tar.gz \"https://example.com/tool-%[1]d/${TOOL_%[1]d_VERSION}.tar.gz\" && tar -xzf /tmp/tool.tar.gz -C /opt && rm /tmp/tool.tar.gz\n",
		"COPY --chown=1000:1000 conf/%[1]d.yaml /etc/tool-%[1]d/\n",
		"RUN set -eu; for f in /opt/*; do \\\n      if [ -x \"$f\" ]; then ln -s \"$f\" /usr/local/bin/; fi; \\\n    done\n",
		"LABEL org.example.tool-%[1]d=\"yes\"\n",
	}
	var b strings.Builder
	b.WriteString(head)
	for i := range n - 14 {
		fmt.Fprintf(&b, body[i%len(body)], i/len(body))
	}
	b.WriteString(tail)
	return b.String()
}

// BenchmarkKeystroke is one edit of an open document and the diagnostics it leads to, over the protocol. Beside it, a lint of the same text
// and its parsing alone, in the same loop, so that the ratios hold on a busy machine.
func BenchmarkKeystroke(b *testing.B) {
	for _, n := range []int{60, 1000} {
		text := long(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if got := len(dockerfile.Parse(source.NewFile("Dockerfile", []byte(text))).Instructions); got != n {
				b.Fatalf("%d instructions", got)
			}
			c := start(b, options(b))
			c.begin(`{"textDocument":{"diagnostic":{}}}`)
			c.open("Dockerfile", text)
			pull := func() {
				var report diagnosticReport
				c.call("textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": c.uri("Dockerfile")}}, &report)
				if report.Items == nil || len(*report.Items) == 0 {
					b.Fatal("no findings")
				}
			}
			pull()
			with, err := c.server.look(c.dir + "/Dockerfile")
			if err != nil {
				b.Fatal(err)
			}
			line := strings.Count(text, "\n") - 6 // in the middle of the tools' last instruction
			var keys, lints, parses []time.Duration
			took := func(to *[]time.Duration, f func()) {
				begin := time.Now()
				f()
				*to = append(*to, time.Since(begin))
			}
			version := 1
			for b.Loop() {
				version++
				at := position{line, 8}
				change := contentChange{&textRange{at, at}, "x"}
				if version%2 == 1 {
					change = contentChange{&textRange{at, position{line, 9}}, ""}
				}
				took(&keys, func() { c.change("Dockerfile", version, change); pull() })
				file := source.NewFile(c.dir+"/Dockerfile", []byte(text))
				took(&lints, func() {
					if _, err := with.linter.File(b.Context(), file, buildcontext.Context{Dir: c.dir}, with.set); err != nil {
						b.Fatal(err)
					}
				})
				took(&parses, func() { dockerfile.Parse(file) })
			}
			key, lint, parse := median(keys), median(lints), median(parses)
			b.ReportMetric(float64(key.Microseconds())/1000, "median-ms")
			b.ReportMetric(float64(key)/float64(lint), "of-lint")
			b.ReportMetric(float64(key)/float64(parse), "of-parse")
		})
	}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
