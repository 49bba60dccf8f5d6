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
		"stub-cgo-off":               "stub github.com/mattn/go-sqlite3 in main.go",
		"stub-cgo-on":                "cgo in main.go",
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
			}{{"client", e.Client}, {"zone", e.Zone}, {"temp", e.Temp}, {"roots by", e.Roots}, {"zones by", e.Zones}, {"excluded", e.Excluded}, {"stub", e.Stub}} {
				if x.at != nil {
					got = append(got, fmt.Sprintf("%s %s in %s", x.name, x.at.Path, x.at.File))
				}
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

// TestWrappers: what is known of packages whose sources are not at hand.
func TestWrappers(t *testing.T) {
	const sqlite, kafka = "github.com/mattn/go-sqlite3", "github.com/confluentinc/confluent-kafka-go/v2/kafka"
	program := func(imported string) string {
		return "package main\n\nimport _ \"" + imported + "\"\n\nfunc main() {}\n"
	}
	for name, x := range map[string]struct {
		env   string
		files map[string]string
		want  string
	}{
		"a stub, cgo on":              {"CGO_ENABLED=1", map[string]string{"main.go": program(sqlite)}, "cgo " + sqlite + ", needs " + sqlite},
		"a stub, cgo off":             {"CGO_ENABLED=0", map[string]string{"main.go": program(sqlite)}, "stub " + sqlite},
		"a driver that uses one":      {"CGO_ENABLED=0", map[string]string{"main.go": program("gorm.io/driver/sqlite")}, "stub gorm.io/driver/sqlite"},
		"one that does not compile":   {"CGO_ENABLED=0", map[string]string{"main.go": program(kafka)}, "excluded " + kafka},
		"it does with cgo":            {"CGO_ENABLED=1", map[string]string{"main.go": program(kafka)}, "cgo " + kafka + ", needs " + kafka},
		"SQLite in Go stands by":      {"CGO_ENABLED=0", map[string]string{"main.go": program(sqlite), "go.mod": "require modernc.org/sqlite v1.50.0\n"}, ""},
		"another module stands in":    {"CGO_ENABLED=0", map[string]string{"main.go": program(kafka), "go.mod": "replace github.com/confluentinc/confluent-kafka-go/v2 => example.com/kafka v1.0.0\n"}, ""},
		"a newer version is the same": {"CGO_ENABLED=0", map[string]string{"main.go": program(kafka), "go.mod": "replace github.com/confluentinc/confluent-kafka-go/v2 => github.com/confluentinc/confluent-kafka-go/v2 v2.1.0\n"}, "excluded " + kafka},
		"imported only where cgo is":  {"CGO_ENABLED=1", map[string]string{"main.go": "package main\n\nfunc main() {}\n", "c.go": "//go:build cgo\n\npackage main\n\nimport _ \"" + kafka + "\"\n"}, "cgo " + kafka},
		"its own code":                {"CGO_ENABLED=1", map[string]string{"main.go": program("example.com/x/c"), "c/c.go": "package c\n\nimport \"C\"\n"}, "cgo C, needs example.com/x/c"},
		"its own code, and a way out": {"CGO_ENABLED=1", map[string]string{"main.go": program("example.com/x/c"), "c/c.go": "package c\n\nimport \"C\"\n", "c/g.go": "package c\n"}, "cgo C"},
	} {
		t.Run(name, func(t *testing.T) {
			x.files["go.mod"] = "module example.com/x\n\ngo 1.26\n\n" + x.files["go.mod"]
			x.files["Dockerfile"] = "FROM golang:1.26\nWORKDIR /src\nCOPY . .\nRUN " + x.env + " go build -o /app .\n"
			e := evidenceOf(t, x.files)
			var got []string
			for _, x := range []struct {
				name string
				at   *gobuild.Import
			}{{"cgo", e.Cgo}, {"needs", e.NeedsCgo}, {"excluded", e.Excluded}, {"stub", e.Stub}} {
				if x.at != nil {
					got = append(got, x.name+" "+x.at.Path)
				}
			}
			if text := strings.Join(got, ", "); text != x.want {
				t.Errorf("got %q, want %q", text, x.want)
			}
		})
	}
}

// evidenceOf is what the sources of the first build say. The files are written to a folder of their own.
func evidenceOf(t *testing.T, files map[string]string) *gobuild.Evidence {
	t.Helper()
	a := &txtar.Archive{}
	for name, text := range files {
		a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
	}
	dir := t.TempDir()
	if err := txtar.Write(a, dir); err != nil {
		t.Fatal(err)
	}
	return analyzeIn(t, dir).Builds[0].Evidence
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
			files["Dockerfile"] = text
			if e := evidenceOf(t, files); e != nil && (e.Complete || e.Net != nil) {
				t.Errorf("evidence %+v", e)
			}
		})
	}
	t.Run("an import that is nowhere", func(t *testing.T) {
		e := evidenceOf(t, map[string]string{"Dockerfile": text, "go.mod": "module x\n", "main.go": "package main\n\nimport _ \"example.com/y\"\n"})
		if e == nil || e.Complete {
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
