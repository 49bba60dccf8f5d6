package policy

import (
	"slices"
	"strings"

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

	byHash map[int][]int    // of commands, their indexes
	texts  map[string][]int // in small letters, with single spaces, the indexes of the commands that have them; nil until one is asked for
	given  map[int][]seenResult
	held   map[string][]int // rules that only say whether they hold, and what for
	rules  map[*ast.Rule]*variables
}

// seenResult is a value that a rule has given, and the indexes of the instructions that it was given for.
type seenResult struct {
	value    ast.Value
	rule     string
	asked    bool // the rule is the one that was asked for
	commands []int
	hints    []int // of those that a rule holds for which the rule only asks whether it does
}

// variables are those of a rule, and which of them are indexes of input.
type variables struct {
	rule    string // its name
	all     []ast.Var
	indexes map[ast.Var]bool
	reads   []string // names of rules
}

func newProvenance(rule *otherRule, commands []*ast.Term, lines []int) *provenance {
	p := &provenance{rule: rule, commands: commands, lines: lines, byHash: map[int][]int{}, given: map[int][]seenResult{},
		held: map[string][]int{}, rules: map[*ast.Rule]*variables{}}
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
		if result = rule.Head.Value; result == nil {
			return
		}
	}
	result = e.Plug(result)
	if !result.IsGround() {
		return
	}
	holds := rule.Head.Key == nil && result.Equal(ast.InternedTerm(true))
	if !holds && len(rule.Head.Args) > 0 {
		return
	}
	vars := p.variables(rule)
	found := p.commandsOf(e, vars)
	if holds {
		p.held[vars.rule] = unite(p.held[vars.rule], found)
		return
	}
	r := seenResult{value: result.Value, rule: vars.rule, commands: found}
	r.asked = rule.Head.Name == ast.Var(p.rule.name) && rule.Module != nil && rule.Module.Package.Path.Equal(p.rule.pkg)
	if r.asked && len(found) == 0 {
		for _, name := range vars.reads {
			r.hints = unite(r.hints, p.held[name])
		}
	}
	if len(found)+len(r.hints) > 0 {
		h := result.Value.Hash()
		p.given[h] = append(p.given[h], r)
	}
}

// commandsOf are the indexes of the instructions that a rule's variables stand for, or have a text of when there are none.
func (p *provenance) commandsOf(e topdown.Event, vars *variables) []int {
	var found []int
	var texts []string
	for _, v := range vars.all {
		value := e.Plug(ast.NewTerm(v)).Value
		switch x := value.(type) {
		case ast.Number:
			if i, ok := x.Int(); ok && vars.indexes[v] && i >= 0 && i < len(p.commands) {
				found = unite(found, []int{i})
			}
		case ast.String:
			texts = append(texts, string(x))
			found = unite(found, p.of(value, vars))
		case ast.Object, *ast.Array:
			found = unite(found, p.of(value, vars))
		}
	}
	if len(found) == 0 {
		for _, text := range texts {
			found = unite(found, p.withText(text))
		}
	}
	return found
}

func unite(all, more []int) []int {
	for _, i := range more {
		if !slices.Contains(all, i) {
			all = append(all, i)
		}
	}
	return all
}

// leastText is how many bytes a text must have to say where it is from.
const leastText = 3

// of are the instructions that a value is, or that another rule has given it for.
func (p *provenance) of(value ast.Value, vars *variables) []int {
	s, isText := value.(ast.String)
	short := isText && len(s) < leastText
	h := value.Hash()
	var out []int
	for _, i := range p.byHash[h] {
		if p.commands[i].Value.Compare(value) == 0 {
			out = append(out, i)
		}
	}
	for _, g := range p.given[h] {
		if !g.asked && (!short || slices.Contains(vars.reads, g.rule)) && g.value.Compare(value) == 0 {
			out = append(out, g.commands...)
		}
	}
	return out
}

// withText are the instructions that have a text as an argument, or as all of them, as policies that make lists of texts have it.
func (p *provenance) withText(text string) []int {
	plain := func(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }
	if p.texts == nil {
		p.texts = map[string][]int{}
		for i, c := range p.commands {
			var all []string
			if value := c.Get(ast.InternedTerm("Value")); value != nil {
				values(value.Value, func(t *ast.Term) {
					if s, ok := t.Value.(ast.String); ok {
						all = append(all, string(s))
					}
				})
			}
			for _, s := range append(all, strings.Join(all, " ")) {
				if s = plain(s); len(s) >= leastText {
					p.texts[s] = unite(p.texts[s], []int{i})
				}
			}
		}
	}
	return p.texts[plain(text)]
}

// variables are those of a rule's body, in the order in which they come.
func (p *provenance) variables(rule *ast.Rule) *variables {
	if v := p.rules[rule]; v != nil {
		return v
	}
	out := &variables{rule: rule.Ref().GroundPrefix().String(), indexes: map[ast.Var]bool{}}
	ast.WalkVars(rule.Body, func(v ast.Var) bool {
		if !slices.Contains(out.all, v) {
			out.all = append(out.all, v)
		}
		return false
	})
	ast.WalkRefs(rule.Body, func(r ast.Ref) bool {
		if r[0].Equal(ast.DefaultRootDocument) {
			out.reads = append(out.reads, r.GroundPrefix().String())
		}
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

// places are the lines of the instructions that a result was given for, and of those that it may be about.
func (p *provenance) places(result ast.Value) (lines, hints []int) {
	for _, g := range p.given[result.Hash()] {
		if !g.asked || g.value.Compare(result) != 0 {
			continue
		}
		for _, i := range g.commands {
			lines = unite(lines, p.lines[i:i+1])
		}
		for _, i := range g.hints {
			hints = unite(hints, p.lines[i:i+1])
		}
	}
	return lines, hints
}
