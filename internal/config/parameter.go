package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/finding"
)

// The kinds of values, as messages call them.
const (
	kindString  = "a string"
	kindNumber  = "a number"
	kindBool    = "true or false"
	kindList    = "a list"
	kindMap     = "a map"
	kindNothing = "nothing"
)

// policy reads the parameters of one policy. A parameter replaces the default as a whole, lists too:
// who states a shorter list of allowed images means just these.
func (d *decoder) policy(l *layer, p pair) {
	id := p.key.Value
	rule, ok := d.cat.Rule(id)
	if !ok {
		d.problem(p.key, "unknown policy %q%s", id, didYouMean(id, policyIDs(d.cat)))
		return
	}
	if rule.Parameters == nil {
		d.problem(p.key, "%s %s has no parameters", rule.Kind, id)
		return
	}
	names := slices.Sorted(maps.Keys(rule.Parameters))
	for _, q := range d.pairs(p.value, id) {
		name := q.key.Value
		standard, ok := rule.Parameters[name]
		if !ok {
			hint := didYouMean(name, names)
			if hint == "" {
				hint = "; it has " + strings.Join(names, ", ")
			}
			d.problem(q.key, "unknown parameter %q of %s%s", name, id, hint)
			continue
		}
		before := len(d.problems)
		value := d.value(q.value)
		if len(d.problems) == before && d.fits(q.value, id+": "+name, value, standard) {
			if l.parameters == nil {
				l.parameters = map[string]map[string]any{}
			}
			if l.parameters[id] == nil {
				l.parameters[id] = map[string]any{}
			}
			l.parameters[id][name] = value
		}
	}
}

func policyIDs(cat *finding.Catalog) []string {
	var ids []string
	for _, r := range cat.Rules() {
		if r.Kind == finding.KindPolicy {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// value turns a node into what JSON would have for it.
func (d *decoder) value(n *yaml.Node) any {
	n = d.node(n)
	switch n.Kind {
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, d.value(item))
		}
		return list
	case yaml.MappingNode:
		m := map[string]any{}
		for _, p := range d.pairs(n, "the value") {
			m[p.key.Value] = d.value(p.value)
		}
		return m
	}
	var number float64
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if err := n.Decode(&b); err == nil {
			return b
		}
	case "!!int":
		var i int64
		if err := n.Decode(&i); err == nil {
			return i
		}
		if err := n.Decode(&number); err == nil {
			return number
		}
	case "!!float":
		if err := n.Decode(&number); err == nil && !math.IsNaN(number) && !math.IsInf(number, 0) {
			return number
		}
	default: // YAML has more kinds, such as dates; they stay what is written
		return n.Value
	}
	d.problem(n, "%q cannot be the value of a parameter", n.Value)
	return nil
}

// fits reports whether a value is of the kind of the default, and says so when it is not.
func (d *decoder) fits(n *yaml.Node, what string, value, standard any) bool {
	want, got := kindOf(standard), kindOf(value)
	if want == kindNothing {
		return true // the policy takes anything
	}
	if got != want {
		d.problem(n, "%s is %s, not %s%s", what, want, got, quoteHint(n, want))
		return false
	}
	of := itemKind(standard)
	if of == "" {
		return true
	}
	list, _ := value.([]any)
	ok := true
	for i, item := range list {
		if kind := kindOf(item); kind != of {
			at := d.item(n, i)
			d.problem(at, "%s: an item is %s, not %s%s", what, of, kind, quoteHint(at, of))
			ok = false
		}
	}
	return ok
}

// item is the node of a list's item.
func (d *decoder) item(n *yaml.Node, i int) *yaml.Node { return d.node(d.node(n).Content[i]) }

// quoteHint helps with a version like 3.20, which YAML takes for a number.
func quoteHint(n *yaml.Node, want string) string {
	if want == kindString && n.Kind == yaml.ScalarNode && !isNull(n) {
		return fmt.Sprintf("; write %q", n.Value)
	}
	return ""
}

// itemKind is the kind of all items of a list, or "" when value is no list or has items of several kinds.
func itemKind(value any) string {
	list, _ := value.([]any)
	kind := ""
	for _, item := range list {
		if k := kindOf(item); kind != "" && k != kind {
			return ""
		} else {
			kind = k
		}
	}
	return kind
}

func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return kindNothing
	case string:
		return kindString
	case bool:
		return kindBool
	case []any:
		return kindList
	case map[string]any:
		return kindMap
	case int, int64, uint64, float64, json.Number:
		return kindNumber
	}
	return fmt.Sprintf("%T", value)
}
