package policy

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// testCases is a tracer that notes the cases of a test such as test_x[name]. Those that fail are missing from what the rule gives, so what is
// tried has to be seen when it is.
type testCases struct {
	rules []*ast.Rule
	keys  int             // how many names a case has
	seen  map[string]bool // by name: whether it is true
}

// newTestCases is nil when the test has no cases.
func newTestCases(c *ast.Compiler, test ast.Ref) *testCases {
	t := &testCases{seen: map[string]bool{}}
	for _, r := range c.GetRulesWithPrefix(test) {
		if n := len(r.Head.Ref()) - (len(test) - len(r.Module.Package.Path)); n > 0 {
			t.rules, t.keys = append(t.rules, r), n
		}
	}
	if t.rules == nil {
		return nil
	}
	return t
}

func (*testCases) Enabled() bool               { return true }
func (*testCases) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

// TraceEvent notes the case that is under way: the compiler gives each variable a name of its own, so one that has a value belongs to the rule.
func (t *testCases) TraceEvent(e topdown.Event) {
	if e.Op != topdown.EvalOp {
		return
	}
	for _, r := range t.rules {
		ref := r.Head.Ref()
		var names []string
		for _, key := range ref[len(ref)-t.keys:] {
			if v := known(&e, r, key); v != nil {
				names = append(names, plainText(ast.NewTerm(v)))
			}
		}
		if name := strings.Join(names, "/"); len(names) == t.keys && !t.seen[name] {
			t.seen[name] = false
		}
	}
}

// known is the value of a case's name, or nil. The compiler puts test_x[tc.note] as a variable that gets its value at the end of the body.
func known(e *topdown.Event, r *ast.Rule, key *ast.Term) ast.Value {
	if v := e.Plug(key); v.IsGround() {
		return v.Value
	}
	for _, x := range r.Body {
		if !x.Generated || !x.IsEquality() || !x.Operand(0).Equal(key) {
			continue
		}
		ref, ok := e.Plug(x.Operand(1)).Value.(ast.Ref)
		if !ok || !ref[0].IsGround() {
			return nil
		}
		if v, err := ref[0].Value.Find(ref[1:]); err == nil {
			return v
		}
	}
	return nil
}

// passed notes the cases that are true.
func (t *testCases) passed(v ast.Value) {
	var walk func(v ast.Value, names []string)
	walk = func(v ast.Value, names []string) {
		if len(names) == t.keys {
			t.seen[strings.Join(names, "/")] = ast.Boolean(true).Equal(v)
			return
		}
		if o, ok := v.(ast.Object); ok {
			o.Foreach(func(k, x *ast.Term) { walk(x.Value, append(slices.Clone(names), plainText(k))) })
		}
	}
	walk(v, nil)
}

// failed are the cases that are not true, sorted.
func (t *testCases) failed() []string {
	var out []string
	for name, ok := range t.seen {
		if !ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
