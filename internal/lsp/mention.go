package lsp

import (
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// mention is a place where a stage or a variable is named. One of stage and variable is set.
type mention struct {
	span     source.Span
	stage    *stage.Stage
	variable *stage.Variable
	sets     bool // AS name, ARG NAME, ENV NAME
}

// root is what a mention is about in the end: for an ARG that takes its value from one before the first FROM, that one.
func (m mention) root() any {
	if m.stage != nil {
		return m.stage
	}
	if m.variable.Global != nil {
		return m.variable.Global
	}
	return m.variable
}

// mentionsOf finds the mentions of a file, in its order.
func mentionsOf(m *stage.Model) []mention {
	f := &finder{model: m, seen: map[place]bool{}, automatic: map[string]*stage.Variable{}}
	for _, step := range m.GlobalSteps {
		f.step(step, nil)
	}
	for _, s := range m.Stages {
		if s.Alias.Text != "" {
			f.add(mention{span: s.Alias.Span, stage: s, sets: true})
		}
		if s.Parent != nil {
			f.add(mention{span: s.From.Args[0].Span, stage: s.Parent})
		}
		for _, c := range s.Copies {
			f.copied(c)
		}
		for i, step := range s.Steps {
			after := s.Out.Env
			if i+1 < len(s.Steps) {
				after = s.Steps[i+1].Before.Env
			}
			f.step(step, after)
		}
	}
	slices.SortStableFunc(f.found, func(a, b mention) int { return a.span.Compare(b.span) })
	return f.found
}

type finder struct {
	model     *stage.Model
	found     []mention
	seen      map[place]bool
	automatic map[string]*stage.Variable // one for each of BuildKit's names
}

// place is where something is named. A variable may be all there is of a word that names a stage.
type place struct {
	span  source.Span
	stage bool
}

func (f *finder) add(m mention) {
	if m.span.Len() == 0 {
		return
	}
	p := place{m.span, m.stage != nil}
	if f.seen[p] {
		return // an ONBUILD that several stages run
	}
	f.seen[p] = true
	if v := m.variable; v != nil && v.Kind == stage.VarAutomatic && v.Instruction == nil {
		if known := f.automatic[v.Name]; known != nil {
			m.variable = known
		}
		f.automatic[v.Name] = m.variable
	}
	f.found = append(f.found, m)
}

// copied is the stage that a --from names, also one that BuildKit refuses for its place.
func (f *finder) copied(c *stage.Copy) {
	from := c.From
	if from == nil && (c.Refused == stage.RefusedSelf || c.Refused == stage.RefusedLater) {
		for _, s := range f.model.Stages {
			if s.Alias.Text != "" && strings.EqualFold(s.Alias.Text, c.FromWord.Text) {
				from = s
			}
		}
	}
	if from != nil {
		f.add(mention{span: c.FromWord.Span, stage: from})
	}
}

// step finds the variables of an instruction. after is the scope behind it.
func (f *finder) step(step *stage.Step, after *stage.Env) {
	if step.OnBuild != nil {
		return // the stages that run it have it as their own
	}
	before := step.Before.Env
	if step.Stage == nil || step.Name == "FROM" {
		// FROM, and ARGs before it, see those only.
		if before = f.model.Globals; step.Stage == nil {
			before = step.Before.Env
		}
		after = f.model.Globals
	}
	if step.Name == "ARG" || step.Name == "ENV" {
		for _, p := range step.Pairs {
			if v := settingAt(after, p.Key.Text, p.Span); v != nil {
				f.add(mention{span: p.Key.Span, variable: v, sets: true})
			} else if v := before.Lookup(p.Key.Text); v != nil {
				f.add(mention{span: p.Key.Span, variable: v}) // an ARG that changes nothing
			}
		}
	}
	for _, w := range expanded(step) {
		for _, ref := range dockerfile.Refs(w, f.model.File.Escape) {
			f.use(before, ref.Name, ref.Span, step.Stage == nil || step.Name == "FROM")
		}
	}
	f.scripts(step, before)
}

// settingAt is the variable that is set at a place, as a scope behind it has it.
func settingAt(e *stage.Env, name string, at source.Span) *stage.Variable {
	for ; e != nil; e = e.Prev {
		if e.Var.Name == name && e.Var.Span == at {
			return e.Var
		}
	}
	return nil
}

func (f *finder) use(scope *stage.Env, name string, at source.Span, global bool) {
	v := scope.Lookup(name)
	if v == nil && global && stage.IsPlatform(name) {
		v = &stage.Variable{Name: name, Kind: stage.VarAutomatic, Value: stage.Value{State: stage.Automatic}}
	}
	if v != nil {
		f.add(mention{span: at, variable: v})
	}
}

// scripts finds the variables of shell text, but for those that the text has set itself by then.
func (f *finder) scripts(step *stage.Step, scope *stage.Env) {
	runs := step.Name == "RUN"
	if !runs && step.Stage != nil {
		scope = step.Stage.Out.Env // CMD and its kin run when the image does
	}
	for _, script := range step.Scripts {
		own := map[string]int{} // where the first assignment ends
		for _, c := range script.Commands {
			for _, a := range slices.Concat(c.Assigns, c.Env, c.Vars) {
				if end, ok := own[a.Name]; !ok || a.Span.End < end {
					own[a.Name] = a.Span.End
				}
			}
		}
		for _, v := range script.Vars {
			if end, ok := own[v.Name]; ok && v.Span.Start >= end {
				continue
			}
			if set := scope.Lookup(v.Name); set != nil && (runs || set.Kind == stage.VarEnv || set.Kind == stage.VarBase) {
				f.add(mention{span: v.Span, variable: set})
			}
		}
	}
}

// expanded are the words of an instruction in which Docker itself looks for variables.
func expanded(step *stage.Step) []dockerfile.Word {
	var out []dockerfile.Word
	for _, flag := range step.Flags {
		if flag.HasValue && !(flag.Name == "from" && step.Name == "COPY") {
			out = append(out, flag.Value)
		}
	}
	switch step.Name {
	case "FROM":
		if len(step.Args) > 0 {
			out = append(out, step.Args[0])
		}
	case "COPY", "ADD":
		for _, h := range step.Heredocs {
			if h.Expand {
				out = append(out, dockerfile.Word{Text: h.Content.String, Map: h.Content, Span: h.Body})
			}
		}
		out = append(out, step.Args...)
	case "WORKDIR", "USER", "EXPOSE", "VOLUME", "STOPSIGNAL":
		out = append(out, step.Args...)
	case "ENV", "LABEL", "ARG":
		for _, p := range step.Pairs {
			out = append(out, p.Key, p.Value)
		}
	}
	return out
}

// at is the mention at an offset, the shortest one; nil when there is none.
func (snap *snapshot) at(offset int) *mention {
	var best *mention
	for i := range snap.mentions {
		m := &snap.mentions[i]
		if m.span.Start <= offset && offset <= m.span.End && (best == nil || m.span.Len() < best.span.Len() || m.span == best.span && m.variable != nil) {
			best = m
		}
	}
	return best
}
