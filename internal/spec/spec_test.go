package spec_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/spec"
)

var update = flag.Bool("update", false, "rewrite the rules' pages")

// TestRules holds every rule's folder to its promises: bad examples have a finding of the rule, good ones have none
// of any rule, and the page is what the rule and its examples make.
func TestRules(t *testing.T) {
	engine, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	linter := lint.New(engine, nil)
	for _, rule := range engine.Catalog().Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			// shellcheck stands for ShellCheck's codes, and is never reported itself.
			if !strings.Contains(rule.ID, "-") && rule.ID != "shellcheck" {
				t.Error("one word does not say what is flagged; and SARIF wants names that differ from ids")
			}
			folder := folderOf(rule)
			got, err := spec.Check(context.Background(), linter, rule, os.DirFS(folder), spec.Options{Clean: true, By: "go test ./internal/spec -update"})
			if err != nil {
				t.Fatal(err)
			}
			bad, good := 0, 0
			for _, e := range got.Examples {
				for _, problem := range e.Problems {
					t.Errorf("%s: %s", e.File, problem)
				}
				if e.Bad {
					bad++
				} else {
					good++
				}
			}
			// A failing rule cannot be shown by a Dockerfile, and what ShellCheck says depends on its version.
			if rule.ID != "faulty-rule" && rule.ID != "shellcheck" && (bad == 0 || good == 0) {
				t.Errorf("%d bad and %d good examples; give at least one of each", bad, good)
			}
			golden(t, filepath.Join(folder, "README.md"), got.Page)
		})
	}
}

// TestFolders finds folders that are no rules, and rules that are not embedded.
func TestFolders(t *testing.T) {
	engine, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []finding.Kind{finding.KindRule, finding.KindPolicy} {
		entries, err := os.ReadDir(folderOf(finding.Rule{Kind: kind}))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !e.IsDir() || e.Name() == "lib" || e.Name() == "profiles" {
				continue
			}
			if r, ok := engine.Catalog().Rule(e.Name()); !ok || r.Kind != kind {
				t.Errorf("folder %s is no %s", e.Name(), kind)
			}
		}
	}
}

func folderOf(rule finding.Rule) string {
	if rule.Kind == finding.KindPolicy {
		return filepath.Join("../../policies", rule.ID)
	}
	return filepath.Join("../../rules", rule.ID)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is out of date; go test ./internal/spec -update\n%s", name, diff)
	}
}
