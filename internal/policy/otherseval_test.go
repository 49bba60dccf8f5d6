package policy

import (
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// TestStoppedTrace: what a rule has given is found, though there was no time to see what it was given for.
func TestStoppedTrace(t *testing.T) {
	o := &others{source: source.NewFile("Dockerfile", []byte("FROM a\nUSER root\n")), inputs: map[string]readInput{}}
	r := &otherRule{dialect: conftest, pkg: ast.MustParseRef("data.main"), name: "deny"}
	if _, err := o.document(r); err != nil {
		t.Fatal(err)
	}
	given := ast.NewSet(ast.StringTerm("the USER is root"), ast.StringTerm("no tag"))
	cancel := topdown.NewCancel()
	found, err := o.findings(cancel, finding.Rule{ID: "main-deny"}, r, given, func(*provenance) { cancel.Cancel() })
	if err != nil || len(found) != 2 || found[0].Message != "no tag" || found[1].Message != "the USER is root" {
		t.Errorf("%v, %v", found, err)
	}
	if found, err = o.findings(cancel, finding.Rule{}, r, given, nil); len(found) != 0 || err != errTime {
		t.Errorf("stopped before: %v, %v", found, err)
	}
}

// TestPatterns: what people write is not too large, what takes megabytes is.
func TestPatterns(t *testing.T) {
	secrets := ""
	for range 45 {
		secrets += `|(?:secret|token|password)[_-]?x[a-z0-9]{8,40}`
	}
	for p, fits := range map[string]bool{
		`(?i)(none` + secrets + `)`:   true,
		`^[\p{L}\p{N} ._:/-]{1,64}$`:  true,
		`^[\p{L}\p{N} ._:/-]{1,512}$`: true,
		`a{1000}`:                     true,
		`^(\pL|\pN|x){300}$`:          false,
		`(((a{10}){10}b){10})` + `((((((((((((((((((((c))))))))))))))))))))`:     true,
		`(((((((((((((((((((([a-z]{900}))))))))))))))))))))` + secrets + secrets: false,
	} {
		b := topdown.BuiltinContext{Cache: map[any]any{}}
		for range 2 {
			if err := regular(b, p); (err == nil) != fits {
				t.Errorf("%.60s: %v", p, err)
			}
		}
	}
}
