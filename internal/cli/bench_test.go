package cli_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/plimline/plimline/internal/cli"
	"github.com/plimline/plimline/internal/corpustest"
)

// root is the repository's root, seen from this package.
const root = "../.."

// run runs plimline in this process.
func run(tb testing.TB, want int, args ...string) string {
	tb.Helper()
	var out, stderr bytes.Buffer
	if got := cli.Run(context.Background(), args, strings.NewReader(""), &out, &stderr); got != want {
		tb.Fatalf("plimline %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, want, out.String(), stderr.String())
	}
	return out.String()
}

func parseAlone(tb testing.TB, text []byte) {
	tb.Helper()
	// Files that BuildKit refuses count too: it reads them up to the fault.
	_, _ = parser.Parse(bytes.NewReader(text))
}

// BenchmarkColdStart is a whole process for the ten lines of testdata/mission, beside one that does nothing but start.
func BenchmarkColdStart(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "plimline")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", bin, "./cmd/plimline")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	for name, args := range map[string][]string{
		"lint":    {"lint", "--fail-on=never", filepath.Join(root, "testdata/mission/Dockerfile")},
		"version": {"version"},
	} {
		b.Run(name, func(b *testing.B) {
			var peak int64
			for b.Loop() {
				cmd := exec.Command(bin, args...)
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				peak = max(peak, maxRSS(cmd.ProcessState))
			}
			b.ReportMetric(float64(peak)/1000, "peak-MB")
		})
	}
	b.Run("parse-alone", func(b *testing.B) {
		text := readFile(b, filepath.Join(root, "testdata/mission/Dockerfile"))
		for b.Loop() {
			parseAlone(b, text)
		}
	})
}

// BenchmarkFile is one run in a warm process: a typical file, then a large one of 2,000 instructions.
func BenchmarkFile(b *testing.B) {
	typical := readFile(b, filepath.Join(root, "testdata/mission/Dockerfile"))
	large := append([]byte("FROM alpine:3.20\n"), bytes.Repeat([]byte("RUN echo \"$HOME\" && cd /tmp && touch file\nENV A=$B\nCOPY a b /c/\n"), 700)...)
	for name, text := range map[string][]byte{"typical": typical, "large": large} {
		b.Run(name+"/plimline", func(b *testing.B) {
			l := newLinter(b)
			for b.Loop() {
				l.lint(b, "Dockerfile", text)
			}
		})
		b.Run(name+"/parse-alone", func(b *testing.B) {
			for b.Loop() {
				parseAlone(b, text)
			}
		})
	}
}

// BenchmarkCorpus lints all real Dockerfiles in one run.
func BenchmarkCorpus(b *testing.B) {
	dir := corpustest.Dir(b)
	files, err := filepath.Glob(filepath.Join(dir, "*", "Dockerfile"))
	if err != nil || len(files) == 0 {
		b.Fatalf("corpus: %d files, %v", len(files), err)
	}
	b.Run("plimline", func(b *testing.B) {
		for b.Loop() {
			cli.Run(context.Background(), []string{"lint", "--fail-on=never", "--output", os.DevNull, dir}, strings.NewReader(""), io.Discard, io.Discard)
		}
		b.ReportMetric(float64(len(files)*b.N)/b.Elapsed().Seconds(), "files/s")
	})
	b.Run("parse-alone", func(b *testing.B) {
		for b.Loop() {
			for _, file := range files {
				parseAlone(b, readFile(b, file))
			}
		}
		b.ReportMetric(float64(len(files)*b.N)/b.Elapsed().Seconds(), "files/s")
	})
}

func readFile(tb testing.TB, name string) []byte {
	tb.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}
