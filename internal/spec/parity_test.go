package spec_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/spec"
)

// TestParity holds docs/parity.md to docs/peers and the rules' aliases.
func TestParity(t *testing.T) {
	engine, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	peers, err := spec.Peers(os.DirFS("../../docs/peers"))
	if err != nil {
		t.Fatal(err)
	}
	parity := spec.NewParity(peers, engine.Catalog())
	for _, fault := range parity.Faults() {
		t.Error(fault)
	}
	golden(t, "../../docs/parity.md", parity.Page())
}

func TestParityFaults(t *testing.T) {
	catalog := finding.NewCatalog([]finding.Rule{
		{ID: "our-rule", Kind: finding.KindRule, Aliases: []string{"other/A1", "other/A9", "shellcheck/SC1"}},
		{ID: "our-policy", Kind: finding.KindPolicy},
	})
	tests := []struct {
		name, rules string
		want        []string
	}{
		{"an alias", "{code: A1, also: [A9], what: x}", nil},
		{"an alias of nothing", "{code: A1, what: x}", []string{"our-rule: the alias other/A9 is in no list of docs/peers"}},
		{"twice", "{code: A1, what: x, also: [A9, A1]}", []string{"other/A1 is listed twice"}},
		{"no answer", "{code: A1, also: [A9], what: x}, {code: A2, what: x}", []string{"other/A2 has neither an alias nor `instead` nor `left-out`"}},
		{"no text", "{code: A1, also: [A9]}", []string{"other/A1: what it finds is missing"}},
		{"not needed", "{code: A1, also: [A9], what: x, instead: [our-policy]}", []string{"other/A1: an alias says our-rule, so `instead` is not needed"}},
		{"both", "{code: A1, also: [A9], what: x, left-out: because}", []string{"other/A1 is left out, and there is a rule for it"}},
		{"no such rule", "{code: A1, also: [A9], what: x}, {code: A2, what: x, instead: [nothing]}", []string{"other/A2: there is no rule nothing"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			peers, err := spec.Peers(fstest.MapFS{"other.yaml": {Data: []byte("title: Other\nrules: [" + tt.rules + "]")}})
			if err != nil {
				t.Fatal(err)
			}
			parity := spec.NewParity(peers, catalog)
			if diff := cmp.Diff(tt.want, parity.Faults()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParityPage(t *testing.T) {
	catalog := finding.NewCatalog([]finding.Rule{
		{ID: "our-rule", Kind: finding.KindRule, Aliases: []string{"other/A1"}},
		{ID: "our-policy", Kind: finding.KindPolicy},
	})
	peers := []spec.Peer{{Tool: "other", Title: "Other", About: "its rules", Rules: []spec.PeerRule{
		{Code: "A1", What: "a | b"},
		{Code: "A2", Name: "Second", What: "c", Instead: []string{"our-policy", "our-rule"}},
		{Code: "A3", What: "d", LeftOut: "It is wrong."},
	}}}
	want := []string{
		"| [Other](#other) | 3 | 2 | 1 |",
		"Its rules.",
		"| `A1` | a \\| b | [our-rule](../rules/our-rule) |",
		"| Second<br>`A2` | c | [our-policy](../policies/our-policy), [our-rule](../rules/our-rule) |",
		"| `A3` | d | Left out. It is wrong. |",
	}
	lines := strings.Split(string(spec.NewParity(peers, catalog).Page()), "\n")
	for _, w := range want {
		if !slices.Contains(lines, w) {
			t.Errorf("the page lacks %s", w)
		}
	}
	if _, err := spec.Peers(fstest.MapFS{"other.yaml": {Data: []byte("rules: [{cod: A1}]")}}); err == nil {
		t.Error("a misspelt key is accepted")
	}
}
