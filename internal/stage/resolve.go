package stage

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/image"
	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
)

// Resolve makes the model of a parsed file. Invalid instructions stay in their stage and change nothing.
// A file without FROM is one implicit stage.
func Resolve(f *dockerfile.File, opt Options) *Model {
	r := &resolver{m: &Model{File: f, Options: opt}, defaultShell: shellNamed("/bin/sh", "-c")}
	r.split()
	for _, s := range r.m.Stages {
		r.base(s)
		r.run(s)
	}
	r.m.Final = r.final()
	if r.m.Final != nil {
		need(r.m.Final)
	}
	return r.m
}

type resolver struct {
	m            *Model
	defaultShell Shell
	comment      int // the first that has not been looked at
}

// split cuts the instructions into the part before the first FROM and the stages.
func (r *resolver) split() {
	hasFrom := slices.ContainsFunc(r.m.File.Instructions, isFrom)
	for _, in := range r.m.File.Instructions {
		if isFrom(in) || !hasFrom && len(r.m.Stages) == 0 {
			s := &Stage{Index: len(r.m.Stages), Span: in.Span}
			if isFrom(in) {
				s.From = in
				if len(in.Args) == 3 {
					s.Alias = in.Args[2]
				}
			}
			r.m.Stages = append(r.m.Stages, s)
		}
		step := &Step{Instruction: in}
		if len(r.m.Stages) == 0 {
			r.global(step)
			continue
		}
		s := r.m.Stages[len(r.m.Stages)-1]
		s.Span.End = in.Span.End
		step.Stage = s
		s.Steps = append(s.Steps, step)
	}
}

// isFrom reports whether the instruction begins a stage. A FROM that BuildKit refuses does too when it names
// an image: taking its instructions for the previous stage's would make findings up.
func isFrom(in *dockerfile.Instruction) bool { return in.Name == "FROM" && len(in.Args) > 0 }

// global takes an instruction before the first FROM.
func (r *resolver) global(step *Step) {
	r.m.GlobalSteps = append(r.m.GlobalSteps, step)
	step.Before.Env = r.m.Globals
	if step.Name != "ARG" || step.Problem != nil {
		return
	}
	for _, pair := range step.Pairs {
		r.m.Globals = r.m.Globals.Set(r.globalArg(step.Instruction, pair))
	}
}

func (r *resolver) globalArg(in *dockerfile.Instruction, pair dockerfile.Pair) *Variable {
	v := r.declare(in, pair, VarGlobalArg)
	if v.HasValue {
		return v
	}
	if pair.HasValue {
		v.Value, v.HasValue = r.expand(pair.Value, r.globals), true
		v.Value.Overridable = true
	} else if IsPlatform(v.Name) {
		return automatic(v.Name, pair.Span)
	}
	return v
}

// declare begins a variable for one pair of an ARG, with the value --build-arg gives it, if any.
func (r *resolver) declare(in *dockerfile.Instruction, pair dockerfile.Pair, kind VarKind) *Variable {
	v := &Variable{Name: pair.Key.Text, Kind: kind, Span: pair.Span, Instruction: in, HasDefault: pair.HasValue}
	v.Value = Value{State: Caller, Span: pair.Span}
	if given, ok := r.m.Options.BuildArgs[v.Name]; ok {
		v.Kind, v.HasValue = VarBuildArg, true
		v.Value = Value{Text: given, State: Known, Span: pair.Span}
	} else if slices.Contains(r.m.Options.CallersArgs, v.Name) {
		v.Kind, v.HasValue = VarBuildArg, true
	}
	return v
}

// automaticArgs are set by BuildKit for each platform (dockerfile2llb/platform.go, defaultArgs).
var automaticArgs = []string{
	"BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT",
	"TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE",
}

// PlatformArgs are BuildKit's platform arguments.
func PlatformArgs() []string { return slices.Clone(automaticArgs) }

// IsPlatform knows BuildKit's platform arguments, such as TARGETARCH.
func IsPlatform(name string) bool { return slices.Contains(automaticArgs, name) }

func automatic(name string, at source.Span) *Variable {
	return &Variable{Name: name, Kind: VarAutomatic, Span: at, HasValue: true, Value: Value{State: Automatic, Span: at}}
}

// globals looks a variable up as FROM and global ARGs do.
func (r *resolver) globals(name string) *Variable {
	if v := r.m.Globals.Lookup(name); v != nil {
		return v
	}
	if IsPlatform(name) {
		return automatic(name, source.Span{})
	}
	return nil
}

// base resolves what the stage's FROM names and the state the stage begins with.
func (r *resolver) base(s *Stage) {
	s.Out.Shell = r.defaultShell
	s.Out.Workdir = Setting{Value: Value{Text: "/", State: Base}}
	s.Out.User = Setting{Value: Value{State: Base}}
	if s.From == nil {
		s.Kind, s.Base.State = FromUnknown, Unknown
		return
	}
	if p := s.From.Flag("platform"); p != nil && p.HasValue {
		s.Platform = r.expand(p.Value, r.globals)
	}
	s.Base = r.expand(s.From.Args[0], r.globals)
	s.Base.State = undeclaredIsEmpty(s.Base)
	name := s.Base.Text
	switch {
	case s.Base.State != Known:
		s.Kind = FromUnknown
		// The literal parts of golang:${V}-alpine still say what it is.
		s.Image = image.Parse(name)
	case slices.Contains(r.m.Options.Contexts, name):
		s.Kind = FromContext
	case r.find(name, s.Index) != nil:
		s.Kind, s.Parent = FromStage, r.find(name, s.Index)
		r.inherit(s)
	case name == "scratch":
		s.Kind = FromScratch
		s.Image = image.Parse(name)
		s.Out.Workdir.State = Known
		s.Out.User = Setting{Value: Value{Text: "", State: Known}}
	default:
		s.Kind = FromImage
		s.Image = image.Parse(name)
	}
	if s.Parent == nil {
		r.official(s)
	}
}

// undeclaredIsEmpty is the state of a FROM word: what no ARG declares is not decided elsewhere, it is an error
// in the file (BuildKit's UndefinedArgInFrom), and its value cannot be told.
func undeclaredIsEmpty(v Value) State {
	if len(v.Missing) > 0 {
		return Unknown
	}
	return v.State
}

// official sets what the configuration of the official Go images is known to hold
// (docker-library/golang, Dockerfile-linux.template; GOTOOLCHAIN since 1.21).
func (r *resolver) official(s *Stage) {
	if s.Image.Name != "golang" || !strings.HasPrefix(s.Image.Repository, "library/") && s.Image.Repository != "golang" {
		return
	}
	path := "/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	for _, kv := range [][2]string{{"GOPATH", "/go"}, {"PATH", path}} {
		s.Out.Env = s.Out.Env.Set(&Variable{Name: kv[0], Kind: VarBase, HasValue: true,
			Value: Value{Text: kv[1], State: Known, Span: s.Base.Span}})
	}
	s.Out.Workdir.Value = Value{Text: "/go", State: Known, Span: s.Base.Span}
}

// inherit takes over what a FROM <stage> passes on.
func (r *resolver) inherit(s *Stage) {
	p := s.Parent
	s.Out = p.Out
	s.Entrypoint, s.Cmd, s.Healthcheck = p.Entrypoint, p.Cmd, p.Healthcheck
	use(p, s)
	var triggers []*Step
	for _, step := range p.Steps {
		if step.OnBuild != nil && step.Problem == nil && !step.Trigger {
			triggers = append(triggers, &Step{Instruction: step.OnBuild, Stage: s, Trigger: true})
		}
	}
	// BuildKit runs them right behind FROM.
	if len(triggers) > 0 {
		s.Steps = slices.Insert(s.Steps, 1, triggers...)
	}
}

func use(from, by *Stage) {
	if !slices.Contains(from.UsedBy, by) {
		from.UsedBy = append(from.UsedBy, by)
	}
}

// find returns the last stage before limit with that alias, in any case.
func (r *resolver) find(name string, limit int) *Stage {
	for i := limit - 1; i >= 0; i-- {
		if alias := r.m.Stages[i].Alias.Text; alias != "" && strings.EqualFold(alias, name) {
			return r.m.Stages[i]
		}
	}
	return nil
}

var shellPragma = regexp.MustCompile(`(?i)^\s*hadolint\s+shell\s*=\s*(\S+)`)

// pragma reads hadolint's "# hadolint shell=NAME" above an instruction: an image's own shell, which no SHELL names.
func (r *resolver) pragma(s *Stage, step *Step) {
	if step.Trigger {
		return
	}
	for ; r.comment < len(r.m.File.Comments) && r.m.File.Comments[r.comment].Next <= step.Index; r.comment++ {
		if m := shellPragma.FindStringSubmatch(r.m.File.Comments[r.comment].Text); m != nil {
			r.defaultShell = shellNamed(m[1], "-c")
			s.Out.Shell = r.defaultShell
		}
	}
}

func shellNamed(words ...string) Shell { return Shell{Words: words, Dialect: shell.DialectOf(words)} }

// run walks the stage's instructions, keeping the state.
func (r *resolver) run(s *Stage) {
	for _, step := range s.Steps {
		r.pragma(s, step)
		step.Before = s.Out
		if step.Problem != nil {
			continue
		}
		in := step.Instruction
		if in.OnBuild != nil {
			// It runs in the stage that builds on this one; only its text is read here.
			step.Scripts = scripts(in.OnBuild, s.Out.Shell)
			continue
		}
		step.Scripts = scripts(in, s.Out.Shell)
		lookup := func(name string) *Variable { return s.Out.Env.Lookup(name) }
		switch in.Name {
		case "ARG":
			for _, pair := range in.Pairs {
				if v := r.stageArg(s, in, pair); v != nil {
					s.Out.Env = s.Out.Env.Set(v)
				}
			}
		case "ENV":
			// All pairs of one ENV see the state before it.
			env := s.Out.Env
			for _, pair := range in.Pairs {
				env = env.Set(&Variable{Name: pair.Key.Text, Kind: VarEnv, HasValue: true, Span: pair.Span, Instruction: in,
					Value: r.expandIn(s, pair.Value, lookup)})
			}
			s.Out.Env = env
		case "WORKDIR":
			if len(in.Args) > 0 {
				s.Out.Workdir = r.workdir(s, in, lookup)
			}
		case "USER":
			if len(in.Args) > 0 {
				s.Out.User = Setting{Value: r.expandIn(s, in.Args[0], lookup), By: in, Stage: s}
			}
		case "SHELL":
			if words := texts(in.Args); len(words) > 0 {
				s.Out.Shell = Shell{Words: words, Dialect: shell.DialectOf(words), By: in}
			}
		case "ENTRYPOINT":
			s.Entrypoint = step
			// Docker forgets a CMD of the base when ENTRYPOINT is set, but not one of this stage.
			if s.Cmd != nil && s.Cmd.Stage != s {
				s.Cmd = nil
			}
		case "CMD":
			s.Cmd = step
		case "HEALTHCHECK":
			s.Healthcheck = step
		case "COPY", "ADD":
			s.Copies = append(s.Copies, r.copy(s, step, lookup))
		case "RUN":
			for i := range in.Flags {
				if c := r.mount(s, step, &in.Flags[i], lookup); c != nil {
					s.Copies = append(s.Copies, c)
				}
			}
		}
	}
}

// stageArg returns the variable an ARG in a stage sets, or nil when it changes nothing: without a value
// of its own it leaves an earlier ENV or ARG of that name in force (dockerfile2llb, dispatchArg).
func (r *resolver) stageArg(s *Stage, in *dockerfile.Instruction, pair dockerfile.Pair) *Variable {
	v := r.declare(in, pair, VarArg)
	if v.HasValue {
		return v
	}
	if pair.HasValue {
		v.Value, v.HasValue = r.expandIn(s, pair.Value, s.Out.Env.Lookup), true
		v.Value.Overridable = true
		return v
	}
	if g := r.m.Globals.Lookup(v.Name); g != nil && g.HasValue {
		v.Value, v.HasValue, v.Global = g.Value, true, g
		return v
	}
	if IsPlatform(v.Name) {
		auto := automatic(v.Name, pair.Span)
		auto.Instruction = in
		return auto
	}
	if old := s.Out.Env.Lookup(v.Name); old != nil && old.HasValue {
		return nil
	}
	return v
}

// workdir is the directory in effect behind a WORKDIR.
func (r *resolver) workdir(s *Stage, in *dockerfile.Instruction, lookup func(string) *Variable) Setting {
	v := r.expandIn(s, in.Args[0], lookup)
	abs := isAbs(v.Text)
	// A directory that begins with an unresolved variable may be absolute or not.
	if !abs && strings.HasPrefix(v.Text, "$") && v.State != Known {
		return Setting{Value: v, By: in, Stage: s}
	}
	if !abs {
		v.Text = join(s.Out.Workdir.Text, v.Text)
		v.State = worse(v.State, s.Out.Workdir.State)
	} else {
		v.Text = clean(v.Text)
	}
	return Setting{Value: v, By: in, Stage: s}
}

// copy resolves a COPY or ADD.
func (r *resolver) copy(s *Stage, step *Step, lookup func(string) *Variable) *Copy {
	c := &Copy{Step: step, Into: s, Kind: FromMain}
	if f := step.Flag("from"); f != nil && f.Value.Text != "" && step.Name == "COPY" {
		c.FromWord = r.expand(f.Value, func(string) *Variable { return nil })
		r.from(c, true)
	}
	for i, word := range step.Args {
		p := r.path(s, word, lookup)
		if i == len(step.Args)-1 {
			c.Dest = r.inWorkdir(s, p)
			break
		}
		p.Glob = strings.ContainsAny(p.Text, "*?[")
		if p.State == Known {
			// Sources are taken from the root of where they come from, whatever its WORKDIR.
			p.Abs = join("/", p.Text)
		}
		c.Sources = append(c.Sources, p)
	}
	return c
}

// mount resolves RUN --mount=type=bind|cache,from=...; nil for a mount that brings nothing in.
func (r *resolver) mount(s *Stage, step *Step, f *dockerfile.Flag, lookup func(string) *Variable) *Copy {
	if f.Name != "mount" {
		return nil
	}
	kind, hasKind := f.Field("type")
	if hasKind && kind.Text != "bind" && kind.Text != "cache" {
		return nil
	}
	from, hasFrom := f.Field("from")
	if kind.Text == "cache" && !hasFrom {
		return nil
	}
	c := &Copy{Step: step, Into: s, Mount: f, Kind: FromMain}
	if hasFrom {
		c.FromWord = r.expandIn(s, from, lookup)
		r.from(c, false)
	}
	src := Path{Value: Value{Text: "/", State: Known, Span: f.Span}, Abs: "/", Slash: true}
	if w, ok := f.Field("source", "src"); ok {
		src = r.path(s, w, lookup)
		if src.State == Known {
			src.Abs = join("/", src.Text)
		}
	}
	c.Sources = []Path{src}
	// Without a target it is the working directory.
	dest := Path{Value: Value{Text: ".", State: Known, Span: f.Span}, Slash: true}
	if w, ok := f.Field("target", "dst", "destination"); ok {
		dest = r.path(s, w, lookup)
	}
	c.Dest = r.inWorkdir(s, dest)
	return c
}

// from decides what a --from names, the way BuildKit does: a number is a stage's position (COPY only);
// a name is the last stage of that name wherever it stands, else an image.
func (r *resolver) from(c *Copy, numbers bool) {
	name, s := c.FromWord.Text, c.Into
	if strings.Contains(name, "$") {
		c.Kind = FromUnknown
		if numbers {
			c.Kind, c.Refused = FromNothing, RefusedVariable
		}
		return
	}
	from := r.find(name, len(r.m.Stages))
	if n, err := strconv.Atoi(name); err == nil && numbers {
		if n < 0 || n >= len(r.m.Stages) {
			c.Kind, c.Refused = FromNothing, RefusedNumber
			return
		}
		from = r.m.Stages[n]
	} else if slices.Contains(r.m.Options.Contexts, name) {
		c.Kind = FromContext
		return
	}
	switch {
	case from == nil:
		c.Kind, c.Image = FromImage, image.Parse(name)
		if name == "scratch" {
			c.Kind = FromScratch
		}
	case from.Index == s.Index:
		c.Kind, c.Refused = FromNothing, RefusedSelf
	case from.Index > s.Index:
		c.Kind, c.Refused = FromNothing, RefusedLater
	default:
		c.Kind, c.From = FromStage, from
		use(from, s)
	}
}

func (r *resolver) path(s *Stage, w dockerfile.Word, lookup func(string) *Variable) Path {
	p := Path{Value: r.expandIn(s, w, lookup)}
	p.Slash = strings.HasSuffix(p.Text, "/") || p.Text == "." || strings.HasSuffix(p.Text, "/.")
	return p
}

// inWorkdir makes a destination absolute.
func (r *resolver) inWorkdir(s *Stage, p Path) Path {
	if isAbs(p.Text) {
		if p.State == Known {
			p.Abs = clean(p.Text)
		}
	} else if p.State == Known && s.Out.Workdir.State == Known {
		p.Abs = join(s.Out.Workdir.Text, p.Text)
	}
	return p
}

// final is the stage that is built.
func (r *resolver) final() *Stage {
	if len(r.m.Stages) == 0 {
		return nil
	}
	if target := r.m.Options.Target; target != "" {
		if s := r.find(target, len(r.m.Stages)); s != nil {
			return s
		}
		if n, err := strconv.Atoi(target); err == nil && n >= 0 && n < len(r.m.Stages) {
			return r.m.Stages[n]
		}
	}
	return r.m.Stages[len(r.m.Stages)-1]
}

// need marks the stage and all it is made from.
func need(s *Stage) {
	if s.Needed {
		return
	}
	s.Needed = true
	if s.Parent != nil {
		need(s.Parent)
	}
	for _, c := range s.Copies {
		if c.From != nil {
			need(c.From)
		}
	}
}

// HasTarget reports whether Options.Target names a stage of the model.
func (m *Model) HasTarget() bool {
	t := m.Options.Target
	if t == "" {
		return true
	}
	return slices.ContainsFunc(m.Stages, func(s *Stage) bool {
		return s.Alias.Text != "" && strings.EqualFold(s.Alias.Text, t) || strconv.Itoa(s.Index) == t
	})
}
