package policy_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/buildcontext"
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
	return document.New(m, gobuild.Analyze(m, buildcontext.Context{}, nil), nil)
}

func eval(t *testing.T, e *policy.Engine, text string) (found []finding.Finding, failed []policy.RuleError) {
	t.Helper()
	v, err := e.Prepare(nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
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
		{"package and folder differ", rule("other", fromRule), `the package is plimline.rules.other and must be plimline.rules["bad"]`},
		{"no METADATA", "package plimline.rules[\"bad\"]\nfindings := set()", "no METADATA comment"},
		{"severity", strings.Replace(rule("bad", fromRule), "severity: warning", "severity: loud", 1), `"loud" is not a severity`},
		{"missing title", strings.Replace(rule("bad", fromRule), "# title: A title\n", "", 1), "title is missing"},
		{"unknown key", strings.Replace(rule("bad", fromRule), "since:", "sicne: x\n#   since:", 1), "custom.sicne is unknown"},
		{"aliases are a list", strings.Replace(rule("bad", fromRule), "since:", "aliases: hadolint/DL3000\n#   since:", 1), "rules/bad/rule.rego:7: METADATA: custom.aliases must be a list"},
		{"needs a parameter that is none", strings.Replace(rule("bad", fromRule), "since:", "needs-parameters: [allow]\n#   since:", 1), "rules/bad/rule.rego:7: METADATA: custom.needs-parameters: allow is not a parameter with an empty default"},
		{"needs a parameter that is given", strings.Replace(rule("bad", fromRule), "since:", "needs-parameters: [allow]\n#   parameters: {allow: [a]}\n#   since:", 1), "allow is not a parameter with an empty default"},
		{"alias without a tool", strings.Replace(rule("bad", fromRule), "since:", "aliases: [DL3000]\n#   since:", 1), "DL3000 is not a tool/code"},
		{"security severity", strings.Replace(rule("bad", fromRule), "since:", "security-severity: \"11\"\n#   since:", 1), `"11" is not a number from "0.0" to "10.0"`},
		{"wrong type", strings.Replace(rule("bad", fromRule), "since: 0.1.0", "since: 1", 1), "rules/bad/rule.rego:7: METADATA: custom.since must be a text"},
		{"missing category", strings.Replace(rule("bad", fromRule), "#   category: test\n", "", 1), "rules/bad/rule.rego:1: METADATA: custom.category is missing"},
		{"METADATA is no YAML", strings.Replace(rule("bad", fromRule), "since: 0.1.0", "since: [", 1), "METADATA: not valid YAML: did not find"},
		{"findings is misspelt", rule("bad", `finding contains lib.at(input, "x")`), "the package has no rule named findings"},
		{"a field far down", rule("bad", "findings contains lib.at(w, \"x\") if {\n\tsome w in input.commands[_].words\n\tnot w.vale\n}"), "w has no vale; did you mean value?\n\tit has literal, quoted, span, text, value, vars"},
		{"a field behind the library", rule("bad", "findings contains lib.at(lib.final, lib.final.nmae)"), "lib.final has no nmae; did you mean name?\n\tit has alias, "},
		{"another rule", rule("bad", "findings contains f if some f in data.plimline.rules.good.findings"), "data.plimline.rules.good.findings is out of reach"},
		{"all of data", rule("bad", "findings contains f if some f in data[_].rules.good.findings"), "is out of reach"},
		{"data itself", rule("bad", "findings contains f if {\n\tx := data\n\tsome f in x.plimline.rules.good.findings\n}"), "data is out of reach"},
		{"addresses", rule("bad", `findings contains lib.at(input, "x") if net.cidr_contains("10.0.0.0/8", "10.1.1.1")`), "undefined function net.cidr_contains"},
		{"unknown helper", rule("bad", `findings contains lib.att(input, "x")`), "undefined function data.plimline.lib.att; did you mean lib.at(node, message)?"},
		{"two helpers that are not there", rule("bad", "findings contains lib.at(stage, lib.nothing_at_all) if {\n\tsome stage in input.stages\n\tlib.finall.user\n\tlib.final.user\n}"),
			"rules/bad/rule.rego:12:33: lib has no nothing_at_all\nrules/bad/rule.rego:14:2: lib has no finall; did you mean lib.final?"},
		{"a helper that is no function", rule("bad", `findings contains lib.at(lib.finall, "x")`), "rules/bad/rule.rego:12:26: lib has no finall; did you mean lib.final?"},
		{"arguments of a helper", rule("bad", `findings contains lib.at(input)`), "lib.at(node, message) takes 2 arguments, not 1"},
		{"no import", strings.Replace(rule("bad", `findings contains lib.at(input, "x")`), "import data.plimline.lib\n", "", 1), "undefined function lib.at; import data.plimline.lib"},
		{"a misspelt built-in", rule("bad", `findings contains {"span": input.span, "message": "x"} if string.contains(input.path, "x")`), "; did you mean contains?"},
		{"a built-in that is not for policies", rule("bad", `findings contains {"span": input.span, "message": "x"} if time.now_ns() > 0`), "undefined function time.now_ns; policies reach no network"},
		{"a text without quotes", rule("bad", `findings contains {"span": input.span, "message": "x"} if input.path == Dockerfile`), "nothing gives Dockerfile a value; a text stands in quotes"},
		{"Rego of old", rule("bad", "findings[x] {\n\tx := 1\n}"), "`if` keyword is required before rule body; opa fmt --write --v0-v1"},
		{"a list without an index", rule("bad", `findings contains lib.at(input.stages.from, "x")`), "input.stages is a list; some x in input.stages takes each of its items"},
		{"single quotes", rule("bad", `findings contains lib.at(input, 'x')`), "texts stand in double quotes or backticks"},
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
		{"message is not a string", `findings contains {"span": [0, 1], "message": 1}`, "not a string"},
		{"empty message", `findings contains {"span": [0, 1], "message": ""}`, "message is empty"},
		{"unknown key", `findings contains {"span": [0, 1], "message": "x", "sverity": "x"}`, `"sverity" is unknown`},
		{"no set", `findings := "x"`, "must be a set, not string; write findings contains"},
		{"no object", `findings contains "x"`, "lib.at(node, message) makes one"},
		{"a key of other tools", `findings contains {"span": [0, 1], "msg": "x"}`, `"msg" is unknown; it has fix, message, related, span, unknown`},
		{"a misspelt key", `findings contains {"span": [0, 1], "message": "x", "relatd": []}`, `"relatd" is unknown; did you mean "related"?`},
		{"no node", `findings contains lib.at(input.path, "x")`, `lib.at takes a node, such as stage.from, and "Dockerfile" is a text`},
		{"no node either", `findings contains lib.unknown(input.by, "x")`, "lib.at takes a node, such as stage.from; this is object without a span"},
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

func TestLoadFolders(t *testing.T) {
	folder := func(files ...string) fstest.MapFS {
		out := fstest.MapFS{}
		for i := 0; i < len(files); i += 2 {
			out[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
		}
		return out
	}
	rules := func(name string, files ...string) policy.Folder {
		return policy.Folder{FS: folder(files...), Kind: finding.KindRule, Name: name}
	}
	policies := func(files ...string) policy.Folder {
		return policy.Folder{FS: folder(files...), Kind: finding.KindPolicy}
	}
	const body = `findings contains {"span": input.span, "message": "x"}`
	policyText := strings.Replace(rule("a", body), "plimline.rules", "plimline.policies", 1)
	tests := []struct {
		name    string
		library fstest.MapFS
		folders []policy.Folder
		want    string   // in the error for all
		errors  []string // in those of the rules
		loaded  []string
	}{
		{
			name:    "one id in two folders",
			folders: []policy.Folder{rules("", "a/rule.rego", rule("a", body)), rules("ours", "a/rule.rego", rule("a", body), "b/rule.rego", rule("b", body))},
			errors:  []string{"ours/a/rule.rego: a is already the id of rules/a/rule.rego"},
			loaded:  []string{"a", "b"},
		},
		{
			name:    "a rule and a policy with one id",
			folders: []policy.Folder{rules("", "a/rule.rego", rule("a", body)), policies("a/rule.rego", policyText)},
			errors:  []string{"policies/a/rule.rego: a is already the id of rules/a/rule.rego"},
			loaded:  []string{"a"},
		},
		{
			name:    "parameters that are no YAML",
			folders: []policy.Folder{policies("a/rule.rego", policyText, "a/data.yaml", "x: [")},
			errors:  []string{"policies/a/data.yaml:2: not valid YAML: "},
		},
		{
			name:    "a folder with a name",
			folders: []policy.Folder{rules("our/own", "a/rule.rego", rule("a", "findings contains"))},
			errors:  []string{"our/own/a/rule.rego:10:"},
		},
		{
			name:    "a library that does not parse",
			library: folder("lib.rego", "package plimline.lib\n\nat("),
			folders: []policy.Folder{rules("", "a/rule.rego", rule("a", fromRule))},
			want:    "lib/lib.rego:3:3: ",
		},
		{
			name:    "a library that does not compile",
			library: folder("lib.rego", "package plimline.lib\n\nat(node, message) := http.send(node).message == message"),
			folders: []policy.Folder{rules("", "a/rule.rego", rule("a", fromRule))},
			want:    "lib/lib.rego:3:22: undefined function http.send",
		},
		{
			name:    "print does nothing",
			folders: []policy.Folder{rules("", "a/rule.rego", rule("a", `findings contains {"span": input.span, "message": "x"} if print("hello")`))},
			loaded:  []string{"a"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opt := policy.Options{Folders: tt.folders}
			if tt.library != nil {
				opt.Library = tt.library
			}
			e, err := policy.Load(context.Background(), opt)
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "rules/") {
					t.Errorf("error %v, want %q alone", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(e.Errors()) != len(tt.errors) {
				t.Fatalf("errors %v, want %q", e.Errors(), tt.errors)
			}
			for i, want := range tt.errors {
				if !strings.Contains(e.Errors()[i].Error(), want) {
					t.Errorf("error %v, want %q", e.Errors()[i], want)
				}
			}
			var loaded []string
			for _, r := range e.Catalog().Rules() {
				loaded = append(loaded, r.ID)
			}
			if diff := cmp.Diff(tt.loaded, loaded); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLoadMany loads enough rules for several groups, faulty ones among them: each is named, in order, and the others work.
func TestLoadMany(t *testing.T) {
	rules := map[string]string{}
	for _, id := range strings.Fields("a b c d e f g h i j k l m n o p q r s t u v w x y z") {
		switch id {
		case "c":
			rules[id] = rule(id, `findings contains lib.at(input, "x") if nonesuch(1)`)
		case "m":
			rules[id] = rule(id, `findings contains lib.at(input, input.nonesuch)`)
		case "x":
			rules[id] = rule(id, `findings contains`)
		default:
			rules[id] = rule(id, fromRule)
		}
	}
	e := load(t, rules)
	var files []string
	for _, err := range e.Errors() {
		file, _, _ := strings.Cut(err.Error(), ":")
		files = append(files, file)
	}
	if diff := cmp.Diff([]string{"rules/c/rule.rego", "rules/m/rule.rego", "rules/x/rule.rego"}, files); diff != "" {
		t.Error(diff)
	}
	found, failed := eval(t, e, "FROM alpine\n")
	if len(found) != 23 || failed != nil {
		t.Errorf("%d findings, want 23; failed %v", len(found), failed)
	}
}

// TestTime: a rule that would never end is stopped and named, and so is each further one; nobody else pays or is blamed.
func TestTime(t *testing.T) {
	const endless = `findings contains lib.at(input, "x") if {
	some a in numbers.range(1, 100000)
	some b in numbers.range(1, 100000)
	a * b == -1
}`
	e := load(t, map[string]string{
		"a": rule("a", fromRule), "b": rule("b", endless), "c": rule("c", fromRule), "d": rule("d", endless), "e": rule("e", fromRule),
	})
	v, err := e.Prepare(nil)
	if err != nil {
		t.Fatal(err)
	}
	all := func(string) bool { return true }
	ids := func(found []finding.Finding, failed []policy.RuleError) string {
		var out []string
		for _, f := range found {
			out = append(out, f.Rule)
		}
		for _, f := range failed {
			out = append(out, "not "+f.Rule)
		}
		return strings.Join(out, ", ")
	}
	t.Run("deadline", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if got, want := ids(v.Eval(ctx, parse("FROM alpine\n"), all)), "a, c, e, not b, not d"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("an inactive rule costs nothing", func(t *testing.T) {
		found, failed := v.Eval(context.Background(), parse("FROM alpine\n"), func(id string) bool { return id == "a" || id == "e" })
		if got, want := ids(found, failed), "a, e"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		found, failed := v.Eval(ctx, parse("FROM alpine\n"), all)
		if got, want := ids(found, failed), "a, not b"; got != want || !errors.Is(failed[0].Err, context.Canceled) {
			t.Errorf("got %q with %v, want %q", got, failed, want)
		}
	})
}

// TestDistinct: what a rule says twice of one place is told once, and the certain finding stays.
func TestDistinct(t *testing.T) {
	e := load(t, map[string]string{"a": rule("a", `findings contains {"span": [0, 4], "message": "m", "unknown": true}

findings contains {"span": [0, 4], "message": "m"}

findings contains {"span": [0, 4], "message": "m", "related": [{"span": [5, 6], "message": "r"}], "unknown": true}

findings contains {"span": [0, 3], "message": "m"}`)})
	found, failed := eval(t, e, "FROM alpine\n")
	if failed != nil {
		t.Fatal(failed)
	}
	want := []finding.Finding{
		{Rule: "a", Severity: finding.Warning, Span: source.Span{Start: 0, End: 3}, Message: "m"},
		{Rule: "a", Severity: finding.Warning, Span: source.Span{Start: 0, End: 4}, Message: "m"},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
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
		Rule: "full", Severity: finding.Warning, Span: source.Span{Start: 0, End: 4}, Message: "m", Unknown: true,
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
	for want, parameters := range map[string]map[string]map[string]any{
		"default": nil,
		"given":   {"p": {"word": "given"}},
	} {
		v, err := e.Prepare(parameters)
		if err != nil {
			t.Fatal(err)
		}
		found, failed := v.Eval(context.Background(), parse("FROM a\n"), func(string) bool { return true })
		if len(found) != 1 || found[0].Message != want || failed != nil {
			t.Errorf("found %v, failed %v, want %q", found, failed, want)
		}
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
		e, err := policy.LoadBuiltin(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		if err := e.Compile(func(string) bool { return true }); err != nil {
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
	if err := e.Compile(func(string) bool { return true }); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, failed := v.Eval(context.Background(), doc, func(string) bool { return true }); failed != nil {
			b.Fatal(failed)
		}
	}
}
