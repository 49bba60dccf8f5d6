package gobuild

import (
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// environment is what a command sees in its environment variables.
type environment struct {
	step  *stage.Step
	c     *shell.Command
	depth int // of variables made from variables
}

// setting is a variable's value and where it comes from.
type setting struct {
	value string
	state stage.State // Known, Automatic, Caller, ... ; Base: nothing in sight sets it
	span  source.Span // what sets it
	by    string      // in words
}

// lookup finds what a variable is for the command: what stands before it, then what the script exported, then ENV and ARG,
// then go env -w. A setting that may not have been made counts when it changes nothing.
func (e environment) lookup(name string) setting {
	var maybe []setting
	certain := func(x shell.Assign, by string) bool {
		s := e.assigned(x, by)
		maybe = append(maybe, s)
		return !x.Conditional
	}
	for _, x := range slices.Backward(e.c.Assigns) {
		if x.Name == name && certain(x, "set for this command") {
			return settle(maybe)
		}
	}
	for _, x := range slices.Backward(e.c.Env) {
		// "export NAME" alone passes on what the image sets.
		if x.Name == name && (x.Conditional || !isZero(x.Value)) && certain(x, "exported by the script") {
			return settle(maybe)
		}
	}
	unset := slices.Contains(e.c.Unset, name) || slices.Contains(e.c.Unset, "*")
	v := e.step.Before.Env.Lookup(name)
	if v != nil && v.HasValue && !unset {
		// The shell's plain assignment changes a variable that is exported already.
		for _, x := range slices.Backward(e.c.Vars) {
			if x.Name == name && certain(x, "set by the script") {
				return settle(maybe)
			}
		}
	}
	last := setting{state: stage.Base}
	if v != nil && !unset {
		last = ofVariable(v)
	} else if s, ok := e.goEnv(name); ok {
		last = s
	}
	return settle(append(maybe, last))
}

// settle decides between settings, latest first, of which all but the last may not have been made.
func settle(list []setting) setting {
	last := list[len(list)-1]
	for _, s := range list[:len(list)-1] {
		same := s.state == stage.Known && s.value == last.value && (last.state == stage.Known || last.state == stage.Base)
		if !same {
			return setting{state: stage.Unknown, span: s.span, by: s.by + ", but not always"}
		}
	}
	return last
}

func ofVariable(v *stage.Variable) setting {
	s := setting{value: v.Value.Text, state: v.Value.State, span: v.Span}
	switch v.Kind {
	case stage.VarEnv:
		s.by = "set by ENV"
	case stage.VarBuildArg:
		s.by = "set by --build-arg"
	case stage.VarBase:
		s.by = "set by the base image"
	case stage.VarAutomatic:
		s.by = "set by BuildKit for each platform"
	default:
		s.by = "set by ARG"
		if !v.HasValue {
			s.state, s.by = stage.Caller, "ARG "+v.Name+" has no default, so the caller decides"
		}
	}
	return s
}

func (e environment) assigned(x shell.Assign, by string) setting {
	s := setting{span: x.Span, by: by}
	s.value, s.state = e.expand(x.Value)
	if x.Append {
		s.state = stage.Unknown
	}
	return s
}

// Bounds of how far variables are followed into the variables that they were made from.
const (
	maxDepth = 3
	maxVars  = 8
)

// expand gives a shell word its value, as far as the variables in it are known.
func (e environment) expand(w shell.Word) (string, stage.State) {
	if w.Literal || isZero(w) {
		return w.Value, stage.Known
	}
	if strings.Contains(w.Raw, "$(") || strings.Contains(w.Raw, "`") || len(w.Vars) == 0 || len(w.Vars) > maxVars || e.depth > maxDepth {
		return w.Value, stage.Unknown
	}
	state := stage.Known
	x, err := dockerfile.Expand(w.Raw, '\\', func(name string) (string, bool) {
		s := e.shellVariable(name)
		if s.state != stage.Known {
			return "", false
		}
		return s.value, true
	})
	if err != nil {
		return w.Value, stage.Unknown
	}
	for _, name := range x.Missing {
		state = e.shellVariable(name).state
		if state != stage.Known {
			break
		}
	}
	return x.Text, state
}

// shellVariable is what $name is in the script: a variable of the shell, or of the environment.
func (e environment) shellVariable(name string) setting {
	for _, list := range []*[]shell.Assign{&e.c.Vars, &e.c.Env} {
		for i, x := range slices.Backward(*list) {
			if x.Name != name || isZero(x.Value) && !x.Conditional {
				continue
			}
			if x.Conditional {
				return setting{state: stage.Unknown}
			}
			// It was made from what stood before it.
			before := *e.c
			if list == &e.c.Vars {
				before.Vars = before.Vars[:i]
			} else {
				before.Env = before.Env[:i]
			}
			return environment{e.step, &before, e.depth + 1}.assigned(x, "")
		}
	}
	if v := e.step.Before.Env.Lookup(name); v != nil && !slices.Contains(e.c.Unset, name) {
		return ofVariable(v)
	}
	switch name {
	case "TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT":
		// Without an ARG, BuildKit does not set it.
		return setting{state: stage.Known}
	}
	return setting{state: stage.Unknown}
}

func isZero(w shell.Word) bool { return w.Raw == "" && w.Span == (source.Span{}) }

// text is a word's value when it is known.
func (e environment) text(w shell.Word) (string, bool) {
	value, state := e.expand(w)
	return value, state == stage.Known
}

// known is a variable's value when it is known, else "".
func (e environment) known(name string) string {
	if s := e.lookup(name); s.state == stage.Known {
		return s.value
	}
	return ""
}

// flags are the words of GOFLAGS: separated by spaces, and quoted as the go command allows.
func (e environment) flags() []shell.Word {
	var out []shell.Word
	for _, field := range strings.Fields(e.known("GOFLAGS")) {
		field = strings.Trim(field, `'"`)
		out = append(out, shell.Word{Raw: field, Value: field, Literal: true})
	}
	return out
}

// goEnv finds the last `go env -w NAME=VALUE` before the command, in its RUN, its stage or a parent.
func (e environment) goEnv(name string) (setting, bool) {
	var found setting
	ok := false
	for _, s := range e.step.Stage.Chain() {
		for _, step := range s.Steps {
			if step.Name != "RUN" {
				if step == e.step {
					return found, ok
				}
				continue
			}
			for _, script := range step.Scripts {
				for _, c := range script.Commands {
					if c == e.c {
						return found, ok
					}
					if !goCommand(c) || c.Arg(1) != "env" || c.Arg(2) != "-w" {
						continue
					}
					for _, w := range c.Words[3:] {
						if value, has := strings.CutPrefix(w.Value, name+"="); has {
							found, ok = setting{value: value, state: stage.Known, span: w.Span, by: "set by go env -w"}, true
							if !w.Literal || c.Conditional {
								found.state = stage.Unknown
							}
						}
					}
				}
			}
		}
	}
	return found, ok
}
