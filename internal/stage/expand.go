package stage

import (
	"path"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
)

// expand gives a word its value. What lookup does not know stays in the text as written and counts as missing.
func (r *resolver) expand(w dockerfile.Word, lookup func(string) *Variable) Value {
	v := Value{Text: w.Text, State: Known, Span: w.Span}
	if !strings.ContainsAny(w.Text, "$'\"\\`") {
		return v
	}
	e, err := dockerfile.Expand(w.Text, r.m.File.Escape, func(name string) (string, bool) {
		if x := lookup(name); x != nil && x.HasValue && x.Value.State == Known {
			return x.Value.Text, true
		}
		return "", false
	})
	if err != nil {
		v.State = Unknown
		return v
	}
	v.Text = e.Text
	for _, name := range e.Used {
		x := lookup(name)
		v.Vars = append(v.Vars, x)
		v.Overridable = v.Overridable || x.Value.Overridable
	}
	for _, name := range e.Missing {
		x := lookup(name)
		if x == nil {
			v.Missing = append(v.Missing, name)
			continue
		}
		v.Vars = append(v.Vars, x)
		v.State = worse(v.State, x.Value.State)
	}
	return v
}

// expandIn is expand within a stage, where the base image may have set what nothing in the file sets.
func (r *resolver) expandIn(s *Stage, w dockerfile.Word, lookup func(string) *Variable) Value {
	v := r.expand(w, lookup)
	if len(v.Missing) == 0 {
		return v
	}
	if s.Root().Kind == FromScratch {
		// Nothing is set there, so the names are empty for certain.
		return r.expand(w, func(name string) *Variable {
			if x := lookup(name); x != nil {
				return x
			}
			return &Variable{Name: name, Kind: VarBase, HasValue: true, Value: Value{State: Known}}
		})
	}
	v.State = worse(v.State, Base)
	return v
}

// Expand gives a word of an instruction the value it has there. FROM and instructions before the first
// FROM see global ARGs only; RUN, CMD, ENTRYPOINT, HEALTHCHECK and SHELL leave variables to the shell.
func (m *Model) Expand(step *Step, w dockerfile.Word) Value {
	r := resolver{m}
	switch {
	case step.Stage == nil || step.Name == "FROM":
		return r.expand(w, r.globals)
	case step.Name == "RUN" || step.Name == "CMD" || step.Name == "ENTRYPOINT" || step.Name == "HEALTHCHECK" || step.Name == "SHELL":
		return Value{Text: w.Text, State: Known, Span: w.Span}
	}
	return r.expandIn(step.Stage, w, step.Before.Env.Lookup)
}

// Undeclared are the uses of BuildKit's platform variables in an instruction of a stage that has no ARG for them: they are
// empty there, although FROM and other stages may have them.
func (m *Model) Undeclared(step *Step) []dockerfile.Ref {
	var out []dockerfile.Ref
	add := func(name string, at source.Span) {
		if isAutomatic(name) && step.Before.Env.Lookup(name) == nil {
			out = append(out, dockerfile.Ref{Name: name, Span: at})
		}
	}
	if step.Name == "RUN" {
		for _, script := range step.Scripts {
			set := map[string]bool{}
			for _, c := range script.Commands {
				for _, a := range slices.Concat(c.Assigns, c.Env, c.Vars) {
					set[a.Name] = true
				}
			}
			for _, v := range script.Vars {
				if !set[v.Name] && !v.HasDefault {
					add(v.Name, v.Span)
				}
			}
		}
		return out
	}
	words := slices.Clone(step.Args)
	for _, p := range step.Pairs {
		words = append(words, p.Value)
	}
	switch step.Name {
	case "ENV", "COPY", "ADD", "WORKDIR", "USER", "LABEL", "ARG":
		for _, w := range words {
			if strings.Contains(w.Text, "$") {
				for _, r := range dockerfile.Refs(w, m.File.Escape) {
					if !r.HasDefault {
						add(r.Name, r.Span)
					}
				}
			}
		}
	}
	return out
}

func texts(words []dockerfile.Word) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.Text
	}
	return out
}

// isAbs knows Linux paths and Windows ones ("C:\x", "C:/x", "\x").
func isAbs(p string) bool {
	return strings.HasPrefix(p, "/") || strings.HasPrefix(p, `\`) ||
		len(p) > 2 && p[1] == ':' && (p[2] == '\\' || p[2] == '/')
}

func clean(p string) string {
	if strings.HasPrefix(p, "/") {
		return path.Clean(p)
	}
	return p
}

func join(dir, p string) string {
	if strings.Contains(dir, `\`) || strings.Contains(p, `\`) {
		return strings.TrimRight(dir, `\`) + `\` + p
	}
	return path.Join("/", dir, p)
}

// scripts reads the shell text of an instruction; nil for one that runs nothing.
func scripts(in *dockerfile.Instruction, sh Shell) []*shell.Script {
	args := in.Args
	switch in.Name {
	case "RUN", "CMD", "ENTRYPOINT":
	case "HEALTHCHECK":
		if len(args) == 0 || !strings.EqualFold(args[0].Text, "CMD") {
			return nil
		}
		args = args[1:]
	default:
		return nil
	}
	if in.Form == dockerfile.FormExec {
		words := make([]shell.ExecWord, len(args))
		for i, w := range args {
			words[i] = shell.ExecWord{Text: w.Text, Span: w.Span, Map: w.Map}
		}
		if len(words) == 0 {
			return nil
		}
		return []*shell.Script{shell.ParseExec(words)}
	}
	if len(args) == 0 {
		return nil
	}
	body := in.Body
	if in.Name == "HEALTHCHECK" {
		body = args[0].Map
	}
	heredocs := make([]shell.Heredoc, len(in.Heredocs))
	for i, h := range in.Heredocs {
		heredocs[i] = shell.Heredoc{Name: h.Name, Content: h.Content, Expand: h.Expand, Operator: h.Operator}
	}
	return shell.ParseRun(body, heredocs, sh.Dialect)
}
