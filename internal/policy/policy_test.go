package policy_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/gobuild"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// rule is a rule file with good METADATA around a body.
func rule(id, body string) string {
	imports := ""
	if strings.Contains(body, "lib.") {
		imports = "\nimport data.plimline.lib\n"
	}
	return `# METADATA
# title: A title
# description: Some words.
# custom:
#   severity: warning
#   category: test
#   since: 0.1.0
package plimline.rules["` + id + `"]
` + imports + "\n" + body
}

const fromRule = `findings contains lib.at(stage.from, stage.from.image.text) if some stage in input.stages`

// load loads rules given as id -> text, checked, with the real library.
func load(t *testing.T, rules map[string]string) *policy.Engine {
	t.Helper()
	files := fstest.MapFS{}
	for id, text := range rules {
		files[id+"/rule.rego"] = &fstest.MapFile{Data: []byte(text)}
	}
	e, err := policy.Load(context.Background(), policy.Options{
		Folders: []policy.Folder{{FS: files, Kind: finding.KindRule}},
		Library: os.DirFS("../../policies/lib"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func parse(text string) *document.Document {
	m := stage.Resolve(dockerfile.Parse(source.NewFile("Dockerfile", []byte(text))), stage.Options{})
	return document.New(m, gobuild.Analyze(m, gobuild.Context{}))
}

func eval(t *testing.T, e *policy.Engine, text string) (found []finding.Finding, failed []policy.RuleError) {
	t.Helper()
	v, err := e.Prepare(nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	return v.Eval(ctx, parse(text), func(string) bool { return true })
}

// TestBuiltinChecked compiles the built-in rules with all of OPA's checks, the schema and strict mode: at run time they are skipped.
func TestBuiltinChecked(t *testing.T) {
	e, err := policy.Load(context.Background(), policy.Options{
		Folders: []policy.Folder{{FS: os.DirFS("../../rules"), Kind: finding.KindRule}, {FS: os.DirFS("../../policies"), Kind: finding.KindPolicy}},
		Library: os.DirFS("../../policies/lib"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range e.Errors() {
		t.Error(err)
	}
}

func TestLoadErrors(t *testing.T) {
	good := rule("good", fromRule)
	tests := []struct {
		name string
		text string
		want string // in the error of rule "bad"
	}{
		{"syntax", rule("bad", "findings contains x if {"), "rules/bad/rule.rego:10:24: unexpected eof"},
		{"a typo names the valid fields", rule("bad", "findings contains lib.at(s.from, \"x\") if {\n\tsome s in input.stages\n\ts.nmae == \"x\"\n}"), "nmae"},
		{"network", rule("bad", `findings contains lib.at(input, "x") if http.send({"method": "get", "url": "http://127.0.0.1"}).status_code == 200`), "undefined function http.send"},
		{"environment", rule("bad", `findings contains lib.at(input, "x") if opa.runtime().env.HOME`), "undefined function opa.runtime"},
		{"clock", rule("bad", `findings contains lib.at(input, "x") if time.now_ns() > 0`), "undefined function time.now_ns"},
		{"package and folder differ", rule("other", fromRule), `the package must be plimline.rules["bad"]`},
		{"no METADATA", "package plimline.rules[\"bad\"]\nfindings := set()", "no METADATA comment"},
		{"severity", strings.Replace(rule("bad", fromRule), "severity: warning", "severity: loud", 1), `"loud" is no severity`},
		{"missing title", strings.Replace(rule("bad", fromRule), "# title: A title\n", "", 1), "title is missing"},
		{"unknown key", strings.Replace(rule("bad", fromRule), "since:", "sicne: x\n#   since:", 1), "custom.sicne is unknown"},
		{"unknown helper", rule("bad", `findings contains lib.att(input, "x")`), "att"},
		{"recursion", rule("bad", "findings contains x if some x in findings"), "recursive"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := load(t, map[string]string{"bad": tt.text, "good": good})
			if len(e.Errors()) != 1 {
				t.Fatalf("%d errors, want 1: %v", len(e.Errors()), e.Errors())
			}
			text := e.Errors()[0].Error()
			if !strings.Contains(text, tt.want) || !strings.Contains(text, "rules/bad/rule.rego:") {
				t.Errorf("error %q has no %q", text, tt.want)
			}
			if strings.Contains(tt.name, "typo") && !strings.Contains(text, "from") {
				t.Errorf("error %q does not list the valid fields", text)
			}
			// The good rule is not touched.
			found, failed := eval(t, e, "FROM alpine\n")
			if len(found) != 1 || found[0].Rule != "good" || failed != nil {
				t.Errorf("found %v, failed %v", found, failed)
			}
		})
	}
}

func TestEvalErrors(t *testing.T) {
	good := rule("good", fromRule)
	tests := []struct {
		name, body, want string
	}{
		{"conflict", "m[k] := v if {\n\tsome i in [1, 2]\n\tk := \"k\"\n\tv := i\n}\n\nfindings contains lib.at(input, m.k)", "rules/bad/rule.rego:12: "},
		{"endless", `findings contains lib.at(input, "x") if {
	some a in numbers.range(1, 100000)
	some b in numbers.range(1, 100000)
	a * b == -1
}`, "took too long"},
		{"no span", `findings contains {"message": "x"}`, "span is missing"},
		{"span outside", `findings contains {"span": [0, 1000], "message": "x"}`, "not in the file"},
		{"span the wrong way round", `findings contains {"span": [4, 2], "message": "x"}`, "not in the file"},
		{"message is no text", `findings contains {"span": [0, 1], "message": 1}`, "no text"},
		{"empty message", `findings contains {"span": [0, 1], "message": ""}`, "message is empty"},
		{"unknown key", `findings contains {"span": [0, 1], "message": "x", "sverity": "x"}`, `"sverity" is unknown`},
		{"no set", `findings := "x"`, "must be a set"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := load(t, map[string]string{"bad": rule("bad", tt.body), "good": good})
			for _, err := range e.Errors() {
				t.Fatal(err)
			}
			found, failed := eval(t, e, "FROM alpine\nRUN true\n")
			if len(failed) != 1 || failed[0].Rule != "bad" || !strings.Contains(failed[0].Err.Error(), tt.want) {
				t.Errorf("failed %v, want bad with %q", failed, tt.want)
			}
			if len(found) != 1 || found[0].Rule != "good" {
				t.Errorf("found %v, want the one of good", found)
			}
		})
	}
}

func TestFinding(t *testing.T) {
	e := load(t, map[string]string{"full": rule("full", `findings contains {
	"span": [0, 4],
	"message": "m",
	"unknown": true,
	"related": [{"span": [5, 6], "message": "r"}],
	"fix": {"title": "t", "safe": true, "edits": [{"span": [1, 2], "text": "e"}]},
}`)})
	found, failed := eval(t, e, "FROM alpine\n")
	if failed != nil {
		t.Fatal(failed)
	}
	want := []finding.Finding{{
		Rule: "full", Span: source.Span{Start: 0, End: 4}, Message: "m", Unknown: true,
		Related: []finding.Related{{Span: source.Span{Start: 5, End: 6}, Message: "r"}},
		Fix:     &finding.Fix{Title: "t", Safe: true, Edits: []finding.Edit{{Span: source.Span{Start: 1, End: 2}, Text: "e"}}},
	}}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
}

func TestParameters(t *testing.T) {
	files := fstest.MapFS{
		"p/rule.rego": {Data: []byte(strings.Replace(rule("p", `findings contains lib.at(input, data.plimline.parameters.p.word)`), "plimline.rules", "plimline.policies", 1))},
		"p/data.yaml": {Data: []byte("word: default\n")},
	}
	e, err := policy.Load(context.Background(), policy.Options{
		Folders: []policy.Folder{{FS: files, Kind: finding.KindPolicy}}, Library: os.DirFS("../../policies/lib"),
	})
	if err != nil || len(e.Errors()) > 0 {
		t.Fatal(err, e.Errors())
	}
	r, _ := e.Catalog().Rule("p")
	if diff := cmp.Diff(map[string]any{"word": "default"}, r.Parameters); diff != "" {
		t.Error(diff)
	}
	v, err := e.Prepare(map[string]map[string]any{"p": {"word": "given"}})
	if err != nil {
		t.Fatal(err)
	}
	found, failed := v.Eval(context.Background(), parse("FROM a\n"), func(string) bool { return true })
	if len(found) != 1 || found[0].Message != "given" || failed != nil {
		t.Errorf("found %v, failed %v", found, failed)
	}
}

// TestParallel evaluates with one evaluator from many goroutines; the race detector watches.
func TestParallel(t *testing.T) {
	e, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	v, err := e.Prepare(nil)
	if err != nil {
		t.Fatal(err)
	}
	doc := parse("FROM golang AS b\nRUN go build -o /x .\nFROM alpine:latest\nCOPY --from=b / /\n")
	all := func(string) bool { return true }
	want, _ := v.Eval(context.Background(), doc, all)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 5 {
				got, failed := v.Eval(context.Background(), doc, all)
				if diff := cmp.Diff(want, got); diff != "" || failed != nil {
					t.Errorf("%v\n%s", failed, diff)
				}
			}
		})
	}
	wait.Wait()
}

// TestCatalog holds the catalogue to the rules for names and titles.
func TestCatalog(t *testing.T) {
	e, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range e.Catalog().Rules() {
		if strings.HasSuffix(r.Title, ".") || strings.ContainsAny(r.ID, "0123456789") || strings.HasPrefix(r.ID, "no-") {
			t.Errorf("%s: %q", r.ID, r.Title)
		}
		for _, alias := range r.Aliases {
			if ids := e.Catalog().Resolve(alias); len(ids) == 0 {
				t.Errorf("%s: alias %s resolves to nothing", r.ID, alias)
			}
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := policy.LoadBuiltin(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEval(b *testing.B) {
	e, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	v, err := e.Prepare(nil)
	if err != nil {
		b.Fatal(err)
	}
	text, err := os.ReadFile("../../testdata/mission/Dockerfile")
	if err != nil {
		b.Fatal(err)
	}
	doc := parse(string(text))
	for b.Loop() {
		if _, failed := v.Eval(context.Background(), doc, func(string) bool { return true }); failed != nil {
			b.Fatal(failed)
		}
	}
}
