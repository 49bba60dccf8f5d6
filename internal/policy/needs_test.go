package policy

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/corpustest"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/gobuild"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// TestNeeds: what a rule's METADATA says it needs costs no finding, in the examples of all rules and in real files.
func TestNeeds(t *testing.T) {
	engine, err := LoadBuiltin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	without, err := LoadBuiltin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var rules []finding.Rule
	for _, r := range engine.catalog.Rules() {
		r.Needs, r.NeedsParameters = nil, nil
		rules = append(rules, r)
	}
	without.catalog = finding.NewCatalog(rules)
	eval, err := engine.Prepare(nil)
	if err != nil {
		t.Fatal(err)
	}
	evalWithout, err := without.Prepare(nil)
	if err != nil {
		t.Fatal(err)
	}
	all := func(string) bool { return true }
	compare := func(file string) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := stage.Resolve(dockerfile.Parse(source.NewFile(file, text)), stage.Options{})
		ctx := buildcontext.Context{Dir: filepath.Dir(file), Dockerfile: file}
		files := ctx.Read()
		doc := document.New(m, gobuild.Analyze(m, ctx, files), files)
		got, _ := eval.Eval(context.Background(), doc, all)
		want, _ := evalWithout.Eval(context.Background(), doc, all)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
	for _, dir := range []string{"../../rules", "../../policies"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(path, "Dockerfile") {
				compare(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if testing.Short() {
		return
	}
	t.Run("corpus", func(t *testing.T) {
		files, err := filepath.Glob(filepath.Join(corpustest.Dir(t), "*", "Dockerfile"))
		if err != nil || len(files) == 0 {
			t.Fatal(len(files), err)
		}
		for _, file := range files {
			compare(file)
		}
	})
}
