package playground_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/plimline/plimline/internal/playground"
)

const text = "# 🚀\nFROM alpine:latest\nENV GREETING hello\nUSER 65532\nCMD [\"/bin/true\"]\n"

const policyText = `# METADATA
# title: Base image is not ours
# description: We build on our own images.
# custom:
#   severity: error
#   category: security
package plimline.policies["our-images"]

import data.plimline.lib

findings contains lib.at(stage.from, "not ours") if {
	some stage in input.stages
	stage.from.image.registry != "registry.example.com"
}
`

func ask(t *testing.T, p *playground.Playground, r playground.Request) (a playground.Answer, found []string) {
	t.Helper()
	request, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var shown struct {
		Files []struct {
			Findings []struct{ Rule, Severity string }
		}
	}
	if err := json.Unmarshal(p.Do(context.Background(), request), &a); err != nil {
		t.Fatal(err)
	}
	if string(a.Report) != "null" {
		if err := json.Unmarshal(a.Report, &shown); err != nil {
			t.Fatal(err)
		}
		for _, f := range shown.Files[0].Findings {
			found = append(found, f.Severity+" "+f.Rule)
		}
	}
	return a, found
}

func TestPlayground(t *testing.T) {
	var p playground.Playground
	latest, legacy, ours := "warning latest-tag", "note legacy-key-value", "error our-images"
	for _, test := range []struct {
		name    string
		request playground.Request
		want    []string
		mended  string // "" for the same
		problem string
	}{
		{"defaults", playground.Request{}, []string{latest, legacy}, "", ""},
		{"one fix", playground.Request{Fix: "one", Index: 1}, []string{latest}, strings.Replace(text, "GREETING ", "GREETING=", 1), ""},
		{"all fixes", playground.Request{Fix: "all"}, []string{latest}, strings.Replace(text, "GREETING ", "GREETING=", 1), ""},
		{"no such fix", playground.Request{Fix: "one", Index: 7}, nil, "", "finding 7 has no fix"},
		{"configuration", playground.Request{Config: "severity: {latest-tag: error}\nignore: [legacy-key-value]\n"}, []string{"error latest-tag"}, "", ""},
		{"broken configuration", playground.Request{Config: "ignore: [lattest-tag]\n"}, []string{latest, legacy}, "", "plimline.yaml:1:10: "},
		{"policy", playground.Request{Policy: policyText}, []string{latest, ours, legacy}, "", ""},
		{"policy beside a set", playground.Request{Policy: policyText, Rules: "strict"}, []string{latest, ours, legacy}, "", ""},
		{"policy that does not compile", playground.Request{Policy: strings.Replace(policyText, "stages", "stagges", 1)}, []string{latest, legacy}, "", "policy.rego:12:"},
		{"policy that is none", playground.Request{Policy: "hello"}, []string{latest, legacy}, "", "policy.rego: it has no package line"},
		{"configuration for the policy", playground.Request{Policy: policyText, Config: "severity: {our-images: note}"}, []string{latest, "note our-images", legacy}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.request.Dockerfile = text
			a, found := ask(t, &p, test.request)
			for _, want := range test.want {
				if !slices.Contains(found, want) {
					t.Errorf("found %q, without %q", found, want)
				}
			}
			if test.request.Rules == "" && len(found) != len(test.want) {
				t.Errorf("found %q, want %q", found, test.want)
			}
			if want := text; test.mended != "" {
				want = test.mended
				if len(a.Done) != 1 {
					t.Errorf("done: %q", a.Done)
				}
				if a.Dockerfile != want {
					t.Errorf("mended:\n%s\nwant:\n%s", a.Dockerfile, want)
				}
			} else if a.Dockerfile != want {
				t.Errorf("changed to:\n%s", a.Dockerfile)
			}
			if problem := strings.Join(a.Problems, "\n"); !strings.HasPrefix(problem, test.problem) || (test.problem == "") != (problem == "") {
				t.Errorf("problem: %q, want %q", problem, test.problem)
			}
			if test.want != nil && !strings.HasPrefix(a.Graph, "<svg") {
				t.Errorf("graph: %.20q", a.Graph)
			}
			if a.Document != nil {
				t.Error("a document that nobody asked for")
			}
		})
	}
	a, _ := ask(t, &p, playground.Request{Dockerfile: text, Document: true})
	var doc struct{ Stages []any }
	if err := json.Unmarshal(a.Document, &doc); err != nil || len(doc.Stages) != 1 {
		t.Errorf("document: %d stages, %v", len(doc.Stages), err)
	}
	if a, _ := ask(t, &p, playground.Request{}); a.Graph != "" || a.Report == nil {
		t.Errorf("an empty file: graph %.20q, report %s", a.Graph, a.Report)
	}
}
