package spec_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/fix"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
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
	catalog := engine.Catalog()
	linter := lint.New(engine, nil)
	for _, rule := range catalog.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			// shellcheck stands for ShellCheck's codes, and is never reported itself.
			if !strings.Contains(rule.ID, "-") && rule.ID != "shellcheck" {
				t.Error("one word does not say what is flagged; and SARIF wants names that differ from ids")
			}
			folder := folderOf(rule)
			examples, err := spec.Examples(os.DirFS(folder))
			if err != nil {
				t.Fatal(err)
			}
			contextOf := func(e spec.Example) buildcontext.Context {
				if e.Context() == "" {
					return buildcontext.Context{}
				}
				dir := t.TempDir()
				write(t, dir, e.Files)
				return buildcontext.Context{Dir: dir, Dockerfile: filepath.Join(dir, "Dockerfile")}
			}
			check := func(e spec.Example) report.Result {
				src := source.NewFile(e.File, e.Text)
				sources := contextOf(e)
				found, err := linter.File(context.Background(), src, sources, settings(t, catalog, e, rule.ID))
				if err != nil {
					t.Fatal(err)
				}
				return report.Result{Path: e.File, Source: src, Findings: found}
			}
			bad, good := 0, 0
			for _, e := range examples {
				result := check(e)
				mine := 0
				for _, f := range result.Findings {
					if f.Unknown || f.Suppressed != nil {
						continue
					}
					if f.Rule == rule.ID {
						mine++
					} else if !e.Bad {
						t.Errorf("%s: a good example has a finding of %s: %s", e.File, f.Rule, f.Message)
					}
				}
				if e.Bad {
					bad++
					if mine == 0 {
						t.Errorf("%s: the rule finds nothing", e.File)
					}
				} else {
					good++
					if mine > 0 {
						t.Errorf("%s: the rule finds something in a good example", e.File)
					}
				}
			}
			// A failing rule cannot be shown by a Dockerfile, and what ShellCheck says depends on its version.
			if rule.ID != "faulty-rule" && rule.ID != "shellcheck" && (bad == 0 || good == 0) {
				t.Errorf("%d bad and %d good examples; give at least one of each", bad, good)
			}
			parameters, err := os.ReadFile(filepath.Join(folder, "data.yaml"))
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			page, err := spec.Page("go test ./internal/spec -update", rule, string(parameters), examples, func(e spec.Example) (string, error) {
				return render(check(e), rule.ID, catalog)
			}, func(e spec.Example) (text, command string) {
				return mend(t, linter, e, contextOf(e), settings(t, catalog, e, rule.ID), rule.ID)
			})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join(folder, "README.md"), page)
		})
	}
}

func write(t *testing.T, dir string, files []spec.File) {
	t.Helper()
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// settings turn one rule on beside the default ones, with the plimline.yaml of the example, if it has one.
func settings(t *testing.T, catalog *finding.Catalog, e spec.Example, rule string) *config.Settings {
	t.Helper()
	c := config.Default(catalog)
	for _, f := range e.Files {
		if f.Name != "plimline.yaml" {
			continue
		}
		var err error
		if c, err = config.Parse(f.Name, f.Text, catalog); err != nil {
			t.Fatal(err)
		}
	}
	c, err := c.With(config.Flags{Select: []string{"default", rule}})
	if err != nil {
		t.Fatal(err)
	}
	return c.For("Dockerfile")
}

// mend makes a rule's fixes in an example and holds them to their promises: nothing of the rule that could be mended is left, a second
// run changes nothing, and nothing had to be undone.
func mend(t *testing.T, linter *lint.Linter, e spec.Example, sources buildcontext.Context, set *config.Settings, rule string) (text, command string) {
	t.Helper()
	for _, unsafe := range []bool{false, true} {
		fixer := fix.Fixer{Linter: linter, Unsafe: unsafe, Rules: func(id string) bool { return id == rule }}
		result, err := fixer.File(context.Background(), source.NewFile(e.File, e.Text), sources, set)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range result.Undone {
			t.Errorf("%s: the fix %q is undone: %s", e.File, u.Title, u.Reason)
		}
		for _, f := range result.Findings {
			if f.Rule == rule && f.Fix != nil && (f.Fix.Safe || unsafe) && !f.Unknown && f.Suppressed == nil {
				t.Errorf("%s: the fix %q leaves %q", e.File, f.Fix.Title, f.Message)
			}
		}
		again, err := fixer.File(context.Background(), result.Source, sources, set)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Applied) > 0 {
			t.Errorf("%s: a second run mends more", e.File)
		}
		if len(result.Applied) > 0 {
			command = "plimline fix"
			if unsafe {
				command += " --unsafe-fixes"
			}
			return string(result.Source.Bytes), command
		}
	}
	return "", ""
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

// render shows the findings of one rule, without the summary line.
func render(result report.Result, rule string, catalog *finding.Catalog) (string, error) {
	var mine []finding.Finding
	for _, f := range result.Findings {
		if f.Rule == rule && !f.Unknown {
			mine = append(mine, f)
		}
	}
	result.Findings = mine
	var b bytes.Buffer
	err := report.Write(&b, "text", &report.Run{Results: []report.Result{result}, Catalog: catalog}, report.Options{})
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	return strings.TrimRight(strings.Join(lines[:len(lines)-1], "\n"), "\n") + "\n", err
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
