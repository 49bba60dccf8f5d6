package policy

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// provenance is a tracer that notes which instructions a rule for another tool holds for: those that its variables, or the variables of rules
// that it has values from, stand for when it gives a result.
type provenance struct {
	rule *otherRule
	// commands are the instructions in the tool's document, and lines the 1-based ones they begin in.
	commands []*ast.Term
	lines    []int

	byHash map[int][]int // of commands, their indexes
	given  map[int][]seenResult
	rules  map[*ast.Rule]*variables
}

// seenResult is a value that a rule has given, and the indexes of the instructions that it was given for.
type seenResult struct {
	value    ast.Value
	asked    bool // the rule is the one that was asked for
	commands []int
}

// variables are those of a rule, and which of them are indexes of input.
type variables struct {
	all     []ast.Var
	indexes map[ast.Var]bool
}

func newProvenance(rule *otherRule, commands []*ast.Term, lines []int) *provenance {
	p := &provenance{rule: rule, commands: commands, lines: lines, byHash: map[int][]int{}, given: map[int][]seenResult{}, rules: map[*ast.Rule]*variables{}}
	for i, c := range commands {
		h := c.Value.Hash()
		p.byHash[h] = append(p.byHash[h], i)
	}
	return p
}

func (*provenance) Enabled() bool               { return true }
func (*provenance) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

// TraceEvent sees rules give something.
func (p *provenance) TraceEvent(e topdown.Event) {
	rule, ok := e.Node.(*ast.Rule)
	if !ok || e.Op != topdown.ExitOp {
		return
	}
	result := rule.Head.Key
	if result == nil {
		if result = rule.Head.Value; result == nil || len(rule.Head.Args) > 0 {
			return
		}
	}
	result = e.Plug(result)
	if !result.IsGround() || result.Equal(ast.InternedTerm(true)) {
		return
	}
	vars := p.variables(rule)
	var found []int
	note := func(i int) {
		if !slices.Contains(found, i) {
			found = append(found, i)
		}
	}
	for _, v := range vars.all {
		value := e.Plug(ast.NewTerm(v)).Value
		switch x := value.(type) {
		case ast.Number:
			if i, ok := x.Int(); ok && vars.indexes[v] && i >= 0 && i < len(p.commands) {
				note(i)
			}
		case ast.Object, *ast.Array, ast.String:
			for _, i := range p.of(value) {
				note(i)
			}
		}
	}
	if len(found) == 0 {
		return
	}
	asked := rule.Head.Name == ast.Var(p.rule.name) && rule.Module != nil && rule.Module.Package.Path.Equal(p.rule.pkg)
	h := result.Value.Hash()
	p.given[h] = append(p.given[h], seenResult{result.Value, asked, found})
}

// of are the instructions that a value is, or that another rule has given it for.
func (p *provenance) of(value ast.Value) []int {
	if s, ok := value.(ast.String); ok && len(s) < 3 {
		return nil
	}
	h := value.Hash()
	var out []int
	for _, i := range p.byHash[h] {
		if p.commands[i].Value.Compare(value) == 0 {
			out = append(out, i)
		}
	}
	for _, g := range p.given[h] {
		if !g.asked && g.value.Compare(value) == 0 {
			out = append(out, g.commands...)
		}
	}
	return out
}

// variables are those of a rule's body, in the order in which they come.
func (p *provenance) variables(rule *ast.Rule) *variables {
	if v := p.rules[rule]; v != nil {
		return v
	}
	out := &variables{indexes: map[ast.Var]bool{}}
	ast.WalkVars(rule.Body, func(v ast.Var) bool {
		if !slices.Contains(out.all, v) {
			out.all = append(out.all, v)
		}
		return false
	})
	ast.WalkRefs(rule.Body, func(r ast.Ref) bool {
		if len(r) > 1 && r[0].Equal(ast.InputRootDocument) && !p.rule.combined {
			if v, ok := r[1].Value.(ast.Var); ok {
				out.indexes[v] = true
			}
		}
		return false
	})
	p.rules[rule] = out
	return out
}

// places are the lines of the instructions that a result was given for.
func (p *provenance) places(result ast.Value) []int {
	var out []int
	for _, g := range p.given[result.Hash()] {
		if !g.asked || g.value.Compare(result) != 0 {
			continue
		}
		for _, i := range g.commands {
			if line := p.lines[i]; !slices.Contains(out, line) {
				out = append(out, line)
			}
		}
	}
	return out
}
