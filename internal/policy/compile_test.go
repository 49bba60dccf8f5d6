package policy

import (
	"context"
	"fmt"
	"testing"

	"github.com/plimline/plimline/internal/finding"
)

// TestQuery: queries are written as OPA's query compiler would leave them, so they need not pass through it.
func TestQuery(t *testing.T) {
	e, err := LoadBuiltin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	queries, err := e.compiled(func(finding.Rule) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for id, q := range queries {
		compiled, err := q.compiler.QueryCompiler().Compile(q.body.Copy())
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		if !compiled.Equal(q.body) || len(compiled) != 1 || compiled[0].Index != q.body[0].Index {
			t.Errorf("%s: query %v compiles to %v", id, q.body, compiled)
		}
	}
}

// TestSplit: every rule is in one group, and the groups are about as heavy as each other.
func TestSplit(t *testing.T) {
	for _, tt := range []struct{ rules, processors, groups int }{{1, 4, 1}, {15, 4, 1}, {16, 4, 2}, {40, 4, 4}, {40, 1, 1}, {40, 64, 5}} {
		var rules []*module
		total := 0
		for i := range tt.rules {
			rules = append(rules, &module{id: fmt.Sprint(i), text: make([]byte, 100+10*i)})
			total += 100 + 10*i
		}
		groups := split(rules, tt.processors)
		seen := map[string]bool{}
		for _, g := range groups {
			size := 0
			for _, m := range g.rules {
				seen[m.id] = true
				size += len(m.text)
			}
			if size != g.size || size > total/len(groups)+500 {
				t.Errorf("%v: a group has %d of %d bytes", tt, size, total)
			}
		}
		if len(groups) != tt.groups || len(seen) != len(rules) {
			t.Errorf("%v: %d groups with %d rules", tt, len(groups), len(seen))
		}
	}
}
