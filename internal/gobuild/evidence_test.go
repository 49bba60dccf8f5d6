package gobuild_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/gobuild"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// TestEvidence reads the applications of the end-to-end suite: what their sources say.
func TestEvidence(t *testing.T) {
	for name, want := range map[string]string{
		"net-cgo-alpine":             "net by net in main.go",
		"http-cgo-off":               "net by net/http in main.go",
		"netgo-with-user":            "net by net in main.go, user by os/user in main.go",
		"import-c-alpine":            "cgo in main.go",
		"vendored-net":               "net by net in vendor/example.com/dep/dep.go",
		"vendored-pure":              "",
		"replaced-net":               "net by net in dep/dep.go",
		"net-in-a-package":           "net by net in lib/lib.go",
		"net-in-tests-only":          "",
		"net-for-windows-only":       "",
		"net-by-a-tag":               "",
		"net-by-a-given-tag":         "net by net in x.go",
		"another-package-has-net":    "",
		"pure-default-scratch":       "",
		"go-version":                 "",
		"import-c-static":            "cgo in main.go",
		"artefact-moved":             "",
		"pure-cgo-on-alpine":         "",
		"extldflags-static":          "net by net in main.go",
		"netgo-osusergo":             "net by net in main.go, user by os/user in main.go",
		"user-cgo-off":               "user by os/user in main.go",
		"net-static-base":            "net by net in main.go",
		"entrypoint-in-workdir":      "",
		"pure-static-base":           "",
		"go-install":                 "",
		"arg-cgo-off":                "net by net in main.go",
		"through-a-stage":            "",
		"user-default-scratch":       "user by os/user in main.go",
		"extldflags-static-external": "net by net in main.go",
		"tls-scratch":                "net by net/http in main.go, client http.Get in main.go",
		"tls-own-roots":              "net by net/http in main.go",
		"zone-scratch":               "zone time.LoadLocation in main.go",
		"zone-imported":              "zone time.LoadLocation in main.go, zones by time/tzdata in zones.go",
		"zone-utc":                   "",
		"temp-scratch":               "temp os.CreateTemp in main.go",
		"temp-named":                 "",
		"stub-cgo-off":               "without C github.com/mattn/go-sqlite3 in vendor/github.com/mattn/go-sqlite3/sqlite3.go",
		"stub-cgo-on":                "cgo in vendor/github.com/mattn/go-sqlite3/sqlite3.go",
		"import-c-with-fallback":     "",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			archive, err := txtar.ParseFile("../../testdata/e2e/" + name + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			if err := txtar.Write(archive, dir); err != nil {
				t.Fatal(err)
			}
			a := analyzeIn(t, dir)
			if len(a.Builds) != 1 || a.Builds[0].Evidence == nil {
				t.Fatalf("no evidence in %d builds", len(a.Builds))
			}
			e := a.Builds[0].Evidence
			var got []string
			if e.Net != nil {
				got = append(got, fmt.Sprintf("net by %s in %s", e.Net.Path, e.Net.File))
			}
			if e.User != nil {
				got = append(got, fmt.Sprintf("user by %s in %s", e.User.Path, e.User.File))
			}
			if e.Cgo != nil {
				got = append(got, "cgo in "+e.Cgo.File)
			}
			for _, x := range []struct {
				name string
				at   *gobuild.Import
			}{{"client", e.Client}, {"zone", e.Zone}, {"temp", e.Temp}, {"roots by", e.Roots}, {"zones by", e.Zones}, {"excluded", e.Excluded}} {
				if x.at != nil {
					got = append(got, fmt.Sprintf("%s %s in %s", x.name, x.at.Path, x.at.File))
				}
			}
			for _, x := range e.WithoutC {
				got = append(got, fmt.Sprintf("without C %s in %s", x.Path, x.File))
			}
			if text := strings.Join(got, ", "); text != want || !e.Complete {
				t.Errorf("got %q (complete %v), want %q", text, e.Complete, want)
			}
		})
	}
}

func analyzeIn(tb testing.TB, dir string) *gobuild.Analysis {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "Dockerfile"))
	if err != nil {
		tb.Fatal(err)
	}
	m := stage.Resolve(dockerfile.Parse(source.NewFile("Dockerfile", text)), stage.Options{})
	return gobuild.Analyze(m, buildcontext.Context{Dir: dir}, nil)
}

// TestNoEvidence: what cannot be read is not known, and no error.
func TestNoEvidence(t *testing.T) {
	const text = "FROM golang:1.26 AS b\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\nFROM scratch\nCOPY --from=b /app /app\n"
	for name, files := range map[string]map[string]string{
		"no go.mod":     {"main.go": "package main\n"},
		"broken go.mod": {"go.mod": "modul x\n", "main.go": "package main\n"},
		"no package":    {"go.mod": "module x\n"},
		"binary":        {"go.mod": "module x\n", "main.go": "\x00\x01"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			files["Dockerfile"] = text
			for file, text := range files {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if e := analyzeIn(t, dir).Builds[0].Evidence; e != nil && (e.Complete || e.Net != nil) {
				t.Errorf("evidence %+v", e)
			}
		})
	}
	t.Run("an import that is nowhere", func(t *testing.T) {
		dir := t.TempDir()
		for file, text := range map[string]string{"Dockerfile": text, "go.mod": "module x\n", "main.go": "package main\n\nimport _ \"example.com/y\"\n"} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if e := analyzeIn(t, dir).Builds[0].Evidence; e == nil || e.Complete {
			t.Errorf("evidence %+v", e)
		}
	})
}

// BenchmarkEvidence reads a repository of 2,000 Go files in 200 packages.
func BenchmarkEvidence(b *testing.B) {
	dir := b.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	write("go.mod", "module example.com/app\n\ngo 1.26\n")
	write("Dockerfile", "FROM golang:1.26 AS b\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\nFROM scratch\nCOPY --from=b /app /app\n")
	imports := ""
	body := strings.Repeat("// a line of comment, as real files have many of them\nfunc init() {}\n", 100)
	for p := range 200 {
		imports += fmt.Sprintf("import _ \"example.com/app/p%d\"\n", p)
		for f := range 10 {
			write(fmt.Sprintf("p%d/f%d.go", p, f), fmt.Sprintf("package p%d\n\nimport (\n\t_ \"fmt\"\n\t_ \"net/http\"\n\t_ \"os\"\n\t_ \"time\"\n)\n\n%s", p, body))
		}
	}
	write("main.go", "package main\n\n"+imports+"\nfunc main() {}\n")
	for b.Loop() {
		start := time.Now()
		if e := analyzeIn(b, dir).Builds[0].Evidence; e == nil || !e.Complete {
			b.Fatalf("evidence %+v", e)
		}
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "ms/run")
	}
}
