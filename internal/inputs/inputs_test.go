package inputs

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/plimline/plimline/internal/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// show writes builds in lines.
func show(dir string, builds []Build) string {
	var out strings.Builder
	rel := func(name string) string {
		return strings.TrimPrefix(strings.TrimPrefix(name, filepath.ToSlash(dir)), "/")
	}
	for _, b := range builds {
		fmt.Fprintf(&out, "%s:%d: %s [%s]", rel(b.File.Path), b.File.Line(b.Span.Start), b.Name, b.File.Text(b.Span))
		if b.Context != "" {
			fmt.Fprintf(&out, " context=%q", rel(b.Context))
		}
		if b.Dockerfile != "" {
			fmt.Fprintf(&out, " file=%s", rel(b.Dockerfile))
		}
		if b.Inline != nil {
			fmt.Fprintf(&out, " inline=%q at %s:%d", b.Inline.Text(), rel(b.Inline.File.Path), b.Inline.File.Line(b.Inline.Start()))
			if exact, all := oneToOne(b.Inline); exact < all {
				fmt.Fprintf(&out, ", %d of %d bytes as they are", exact, all)
			}
		}
		if b.Target != "" {
			fmt.Fprintf(&out, " target=%s", b.Target)
		}
		for _, name := range slices.Sorted(maps.Keys(b.Args)) {
			fmt.Fprintf(&out, " %s=%q", name, b.Args[name])
		}
		for _, name := range b.CallersArgs {
			fmt.Fprintf(&out, " %s=?", name)
		}
		if len(b.Contexts) > 0 {
			fmt.Fprintf(&out, " contexts=%v", b.Contexts)
		}
		if b.Unknown != "" {
			fmt.Fprintf(&out, " unknown: %s", b.Unknown)
		}
		if b.Err != nil {
			fmt.Fprintf(&out, " error: %s", strings.ReplaceAll(b.Err.Error(), filepath.ToSlash(dir)+"/", ""))
		}
		out.WriteString("\n")
	}
	return out.String()
}

// TestRead reads testdata/*.txtar: its first file, with the others beside it, gives what the file "want" says. Lines NAME=value in front of
// the first file are the environment.
func TestRead(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal(len(archives), err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			dir, want := t.TempDir(), ""
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				to := filepath.Join(dir, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(to, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			env := map[string]string{}
			for line := range strings.Lines(string(archive.Comment)) {
				if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
					env[key] = value
				}
			}
			first := archive.Files[0]
			file := source.NewFile(filepath.ToSlash(filepath.Join(dir, first.Name)), first.Data)
			builds, err := read(file, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
			got := show(dir, builds)
			if err != nil {
				got += "error: " + strings.ReplaceAll(err.Error(), filepath.ToSlash(dir)+"/", "") + "\n"
			}
			if *update {
				archive.Files[len(archive.Files)-1].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				want = got
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s\ngot:\n%s", diff, got)
			}
			for _, b := range builds {
				if b.Inline != nil {
					checkPlaces(t, b.Inline)
				}
			}
		})
	}
}

// oneToOne counts the bytes that stand in the file as they are.
func oneToOne(in *Inline) (exact, all int) {
	for i, at := range in.text.places {
		if in.File.Text(at) == string(in.text.bytes[i:i+1]) {
			exact++
		}
	}
	return exact, len(in.text.places)
}

// checkPlaces holds every place to what must be true of all: within the file, in order, and where it is one byte, that byte.
func checkPlaces(t *testing.T, in *Inline) {
	t.Helper()
	last := 0
	for i, at := range in.text.places {
		if at.Start < last || at.End < at.Start || at.End > len(in.File.Bytes) {
			t.Fatalf("byte %d of %q is at %v, behind %d", i, in.Text(), at, last)
		}
		last = at.Start
		if i > 0 && in.text.places[i-1].Start == at.Start {
			continue
		}
		want := source.Span{Start: i, End: len(in.text.bytes)}
		if got, ok := in.Within(in.Span(want)); !ok || got != want {
			t.Fatalf("%v of %q comes back as %v", want, in.Text(), got)
		}
	}
}
