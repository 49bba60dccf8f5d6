package policy

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/gobuild"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// TestEncode: what rules see is what `plimline parse` prints.
func TestEncode(t *testing.T) {
	files, err := filepath.Glob("../../*/*/*.Dockerfile")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	e := newEncoder()
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m := stage.Resolve(dockerfile.Parse(source.NewFile(name, text)), stage.Options{})
		doc := document.New(m, gobuild.Analyze(m, buildcontext.Context{}, nil), nil)
		printed, err := document.JSON(doc)
		if err != nil {
			t.Fatal(err)
		}
		want, err := ast.ValueFromReader(bytes.NewReader(printed))
		if err != nil {
			t.Fatal(err)
		}
		if got := e.encode(doc); got.Value.Compare(want) != 0 {
			t.Errorf("%s: the encoded document differs from the printed one", name)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	text, err := os.ReadFile("../../testdata/mission/Dockerfile")
	if err != nil {
		b.Fatal(err)
	}
	m := stage.Resolve(dockerfile.Parse(source.NewFile("Dockerfile", text)), stage.Options{})
	doc := document.New(m, gobuild.Analyze(m, buildcontext.Context{}, nil), nil)
	e := newEncoder()
	for b.Loop() {
		e.encode(doc)
	}
}
