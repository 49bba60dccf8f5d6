package lsp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// legacy has two safe fixes of one rule, and one that is not safe.
const legacy = "FROM alpine:3.20\nENV 🚀 a b\nENV\tTWO\tc\nUSER root\nUSER 1000\nCMD echo hi\n"

func (c *client) actions(name string, line, character int, more ...any) []codeAction {
	c.Helper()
	var out []codeAction
	p := with(map[string]any{"textDocument": map[string]any{"uri": c.uri(name)}, "range": textRange{position{line, character}, position{line, character}}}, more...)
	if p["context"] == nil {
		p["context"] = map[string]any{"diagnostics": []any{}}
	}
	c.call("textDocument/codeAction", p, &out)
	return out
}

func titles(actions []codeAction) []string {
	out := []string{}
	for _, a := range actions {
		out = append(out, a.Kind+": "+a.Title)
	}
	return out
}

func TestActions(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{}`)
	c.open("Dockerfile", legacy)
	actions := c.actions("Dockerfile", 1, 5)
	want := []string{
		"quickfix: Write 🚀=",
		"quickfix: Fix all of legacy-key-value in this file",
		"quickfix: Ignore legacy-key-value here",
		"quickfix: Ignore legacy-key-value in this stage",
		"quickfix: Ignore legacy-key-value in this file",
		"source.fixAll.plimline: Fix all that can be fixed safely",
	}
	if diff := cmp.Diff(want, titles(actions)); diff != "" {
		t.Fatal(diff)
	}
	uri := c.uri("Dockerfile")
	for i, want := range []string{
		strings.Replace(legacy, "ENV 🚀 a b", "ENV 🚀=\"a b\"", 1),
		strings.NewReplacer("ENV 🚀 a b", "ENV 🚀=\"a b\"", "ENV\tTWO\tc", "ENV\tTWO=c").Replace(legacy),
		strings.Replace(legacy, "ENV 🚀", "# plimline ignore=legacy-key-value TODO: say why\nENV 🚀", 1),
		"# plimline ignore-stage=legacy-key-value TODO: say why\n" + legacy,
		"# plimline ignore-file=legacy-key-value TODO: say why\n" + legacy,
	} {
		got := applied(legacy, actions[i].Edit.Changes[uri])
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", actions[i].Title, diff)
		}
	}
	if !actions[0].IsPreferred || actions[1].IsPreferred || actions[2].IsPreferred {
		t.Error("the fix alone is preferred")
	}
	// Each comment hides what it names, and is not itself a finding.
	for i, hidden := range map[int]int{2: 1, 3: 2, 4: 2} {
		before := len(c.pulled(legacy))
		if after := len(c.pulled(applied(legacy, actions[i].Edit.Changes[uri]))); after != before-hidden {
			t.Errorf("%s: %d findings of %d are left", actions[i].Title, after, before)
		}
	}
	// A kind that is asked for, and one of which ours is a part.
	for _, only := range []string{"source.fixAll", "source.fixAll.plimline", "source"} {
		if got := titles(c.actions("Dockerfile", 0, 0, "context", map[string]any{"diagnostics": []any{}, "only": []string{only}})); len(got) != 1 || !strings.HasPrefix(got[0], "source.fixAll.plimline") {
			t.Errorf("%s: %v", only, got)
		}
	}
	for _, only := range []string{"refactor", "source.organizeImports", "source.fixAll.other"} {
		if got := c.actions("Dockerfile", 1, 5, "context", map[string]any{"diagnostics": []any{}, "only": []string{only}}); len(got) != 0 {
			t.Errorf("%s: %v", only, titles(got))
		}
	}
	c.end()
}

// pulled are the findings of a text, opened for them alone.
func (c *client) pulled(text string) []diagnostic {
	c.Helper()
	const name = "other/Dockerfile"
	c.open(name, text)
	defer c.notify("textDocument/didClose", c.at(name, 0, 0))
	return c.pull(name)
}

func (c *client) pull(name string) []diagnostic {
	c.Helper()
	var report diagnosticReport
	c.call("textDocument/diagnostic", c.at(name, 0, 0), &report)
	if report.Items == nil {
		c.Fatalf("%+v", report)
	}
	return *report.Items
}

// TestUnsafeFixes: they say so, are never preferred, and stay out of what is fixed on save.
func TestUnsafeFixes(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{}`)
	const text = "FROM debian:13-slim\nUSER 1000\nENTRYPOINT /run.sh\n"
	c.open("Dockerfile", text)
	actions := c.actions("Dockerfile", 2, 12)
	if len(actions) == 0 || !strings.HasSuffix(actions[0].Title, "(unsafe)") || actions[0].IsPreferred {
		t.Fatalf("%v", titles(actions))
	}
	if slices.ContainsFunc(actions, func(a codeAction) bool { return a.Kind == kindFixAll }) {
		t.Errorf("nothing is safe to fix: %v", titles(actions))
	}
	c.end()
}

// TestResolve: for clients that can, edits are worked out when an action is chosen, and not for a version that is gone.
func TestResolve(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{"workspace":{"workspaceEdit":{"documentChanges":true}},"textDocument":{"codeAction":{"dataSupport":true,"resolveSupport":{"properties":["edit"]}}}}`)
	c.open("Dockerfile", legacy)
	actions := c.actions("Dockerfile", 1, 5)
	all := actions[len(actions)-1]
	if all.Kind != kindFixAll || all.Edit != nil || all.Data == nil || actions[0].Edit == nil {
		t.Fatalf("%+v", all)
	}
	var resolved codeAction
	c.call("codeAction/resolve", all, &resolved)
	if got := applied(legacy, resolved.Edit.DocumentChanges[0].Edits); got != "FROM alpine:3.20\nENV 🚀=\"a b\"\nENV\tTWO=c\nUSER root\nUSER 1000\nCMD [\"echo\", \"hi\"]\n" {
		t.Error(got)
	}
	onSave := c.actions("Dockerfile", 0, 0, "context", map[string]any{"diagnostics": []any{}, "only": []string{"source.fixAll"}})
	if len(onSave) != 1 || onSave[0].Edit == nil {
		t.Errorf("on save: %+v", onSave)
	}
	c.change("Dockerfile", 2, contentChange{nil, legacy + "\n"})
	if code, message := c.refused("codeAction/resolve", all); code != codeServerCancelled {
		t.Errorf("%d %s", code, message)
	}
	c.end()
}

// TestActionsOfDiagnostics: an action carries the client's diagnostics that it is about.
func TestActionsOfDiagnostics(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{}`)
	c.open("Dockerfile", legacy)
	found := c.pull("Dockerfile")
	foreign := map[string]any{"range": textRange{}, "code": 7, "message": "another server's"}
	actions := c.actions("Dockerfile", 1, 5, "context", map[string]any{"diagnostics": []any{found[0], found[1], foreign}})
	if len(actions[0].Diagnostics) != 1 || string(actions[0].Diagnostics[0].Code) != `"legacy-key-value"` || actions[0].Diagnostics[0].Range.Start.Line != 1 {
		t.Errorf("%+v", actions[0].Diagnostics)
	}
	c.end()
}

// TestActionsWithCRLF: lines that are put in end as the others do, behind a byte order mark too.
func TestActionsWithCRLF(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{}`)
	const text = "\uFEFFFROM alpine:latest\r\n\tENV A b\r\nUSER 1000\r\n"
	c.open("Dockerfile", text)
	for _, a := range append(c.actions("Dockerfile", 1, 4), c.actions("Dockerfile", 0, 8)...) {
		got := applied(text, a.Edit.Changes[c.uri("Dockerfile")])
		if strings.Count(got, "\n") != strings.Count(got, "\r\n") || !strings.HasPrefix(got, "\uFEFF") || strings.Count(got, "\uFEFF") != 1 {
			t.Errorf("%s: %q", a.Title, got)
		}
		if a.Title == "Ignore legacy-key-value here" && !strings.Contains(got, "\r\n\t# plimline ignore=legacy-key-value TODO: say why\r\n\tENV A b") {
			t.Errorf("%q", got)
		}
	}
	c.end()
}

func TestDiagnostics(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{"textDocument":{"publishDiagnostics":{"relatedInformation":true,"tagSupport":{"valueSet":[1,2]}}}}`)
	const text = "FROM alpine:3.20 AS builder\nFROM alpine:3.20\nFROM alpine:3.20 AS base\nFROM base\nUSER 1000\nENV A=🚀 A=b\nCMD echo 🚀\nCMD [\"true\"]\n"
	c.open("Dockerfile", text)
	var published publishParams
	if err := json.Unmarshal(c.next("textDocument/publishDiagnostics").Params, &published); err != nil {
		t.Fatal(err)
	}
	unused, related := 0, 0
	for _, d := range published.Diagnostics {
		if d.Source != "plimline" || d.CodeDescription == nil || !strings.HasSuffix(d.CodeDescription.Href, "/"+strings.Trim(string(d.Code), `"`)+"/README.md") {
			t.Errorf("%s: %s %v", d.Code, d.Source, d.CodeDescription)
		}
		if slices.Contains(d.Tags, tagUnnecessary) {
			unused++
			if string(d.Code) != `"unreachable-stage"` {
				t.Errorf("%s is not needed", d.Code)
			}
		}
		for _, r := range d.RelatedInformation {
			related++
			if r.Location.URI != c.uri("Dockerfile") || r.Message == "" {
				t.Errorf("%+v", r)
			}
		}
	}
	if unused != 2 || related == 0 {
		t.Errorf("%d unused, %d related, in %v", unused, related, listed(published.Diagnostics))
	}
	c.notify("textDocument/didClose", c.at("Dockerfile", 0, 0))
	if err := json.Unmarshal(c.next("textDocument/publishDiagnostics").Params, &published); err != nil || len(published.Diagnostics) != 0 || published.URI != c.uri("Dockerfile") {
		t.Errorf("closed: %+v, %v", published, err)
	}
	c.end()
}

func TestPull(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{"textDocument":{"diagnostic":{}}}`)
	c.open("Dockerfile", "FROM alpine:latest\nUSER 1000\n")
	var first, second diagnosticReport
	c.call("textDocument/diagnostic", c.at("Dockerfile", 0, 0), &first)
	c.call("textDocument/diagnostic", with(c.at("Dockerfile", 0, 0), "previousResultId", first.ResultID), &second)
	if first.Kind != "full" || len(*first.Items) != 1 || second.Kind != "unchanged" || second.Items != nil || second.ResultID != first.ResultID {
		t.Errorf("%+v %+v", first, second)
	}
	c.change("Dockerfile", 2, contentChange{&textRange{position{0, 12}, position{0, 18}}, "3.20"})
	c.call("textDocument/diagnostic", with(c.at("Dockerfile", 0, 0), "previousResultId", first.ResultID), &second)
	if second.Kind != "full" || len(*second.Items) != 0 {
		t.Errorf("%+v", second)
	}
	c.end()
	for _, m := range c.notes {
		if m.Method == "textDocument/publishDiagnostics" {
			t.Errorf("pushed to who pulls: %s", m.Params)
		}
	}
}
