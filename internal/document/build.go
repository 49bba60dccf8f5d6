package document

import (
	"bytes"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/gobuild"
	"github.com/plimline/plimline/internal/image"
	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// New makes the document of a resolved Dockerfile and what is known of its Go builds.
func New(m *stage.Model, a *gobuild.Analysis, files *buildcontext.Files) *Document {
	f := m.File
	b := &builder{m: m, a: a, files: files, instructions: make(map[*dockerfile.Instruction]*Instruction, len(f.Instructions))}
	d := &Document{
		Source:   f.Source,
		Path:     f.Source.Path,
		Span:     Span{0, len(f.Source.Bytes)},
		Escape:   string(f.Escape),
		Template: f.Template,
		Implicit: len(m.Stages) == 1 && m.Stages[0].From == nil,
	}
	for _, x := range f.Directives {
		d.Directives = append(d.Directives, directive(x))
	}
	for _, x := range f.Comments {
		d.Comments = append(d.Comments, &Comment{x.Text, span(x.Span), x.Next})
	}
	for _, x := range f.Problems {
		d.Problems = append(d.Problems, &Problem{string(x.Kind), x.Message, span(x.Span)})
	}
	for _, step := range m.GlobalSteps {
		b.instruction(d, step)
	}
	for _, s := range m.Stages {
		for _, step := range s.Steps {
			if !step.Trigger {
				b.instruction(d, step)
			}
		}
	}
	d.Globals = b.variables(m.Globals)
	d.Programs = map[string][]*Command{}
	for _, c := range d.Commands {
		if c.Name != "" {
			d.Programs[c.Name] = append(d.Programs[c.Name], c)
		}
	}
	for _, s := range m.Stages {
		d.Stages = append(d.Stages, b.stage(s))
		for _, c := range s.Copies {
			if !c.Step.Trigger {
				d.Copies = append(d.Copies, b.copy(c))
			}
		}
	}
	if m.Final != nil {
		d.Final = &m.Final.Index
	}
	if files != nil {
		d.Context = &Context{files.IgnoreFile, files.Repository}
	}
	for _, x := range a.Builds {
		d.Builds = append(d.Builds, b.build(x))
	}
	return d
}

type builder struct {
	m            *stage.Model
	a            *gobuild.Analysis
	files        *buildcontext.Files
	instructions map[*dockerfile.Instruction]*Instruction
}

func directive(x dockerfile.Directive) *Directive {
	out := &Directive{Name: x.Name, Value: x.Value, Span: span(x.Span), ValueSpan: span(x.ValueSpan)}
	if x.Name == "syntax" {
		// What follows the first space are arguments for the frontend.
		reference, _, _ := strings.Cut(x.Value, " ")
		img := classified(image.Parse(reference), stage.FromImage, Span{out.ValueSpan[0], out.ValueSpan[0] + len(reference)})
		out.Image = &img
	}
	return out
}

func spanPointer(s source.Span) *Span {
	if s == (source.Span{}) {
		return nil
	}
	p := span(s)
	return &p
}

func text(w dockerfile.Word) Text { return Text{w.Text, span(w.Span)} }

func (b *builder) uses(v stage.Value) []*Use {
	var out []*Use
	for _, x := range v.Vars {
		origin := x
		if x.Global != nil {
			origin = x.Global
		}
		out = append(out, &Use{x.Name, string(origin.Kind), spanPointer(origin.Span)})
	}
	for _, name := range v.Missing {
		out = append(out, &Use{name, "undeclared", nil})
	}
	return out
}

func (b *builder) value(written string, v stage.Value) *Value {
	return &Value{Text: written, Value: v.Text, State: string(v.State), Overridable: v.Overridable, Span: span(v.Span), Vars: b.uses(v)}
}

func (b *builder) word(step *stage.Step, w dockerfile.Word) *Value {
	return b.value(w.Text, b.m.Expand(step, w))
}

// instruction adds an instruction to the lists it belongs in.
func (b *builder) instruction(d *Document, step *stage.Step) {
	in := step.Instruction
	out := &Instruction{
		Index: in.Index,
		Span:  span(in.Span),
		Valid: in.Problem == nil,
		Shell: step.Before.Shell.Words,
		User:  setting(step.Before.User),
	}
	out.Workdir = setting(step.Before.Workdir)
	if step.Stage != nil {
		out.Stage = &step.Stage.Index
	}
	if in.OnBuild != nil {
		out.Onbuild = true
		in = in.OnBuild
		step = &stage.Step{Instruction: in, Stage: step.Stage, Before: step.Before, Scripts: step.Scripts}
	}
	out.Name = strings.ToLower(in.Name)
	out.Keyword = text(in.Keyword)
	out.Form = string(in.Form)
	out.Body = Text{in.Body.String, span(in.Body.Span(0, len(in.Body.String)))}
	for i := range in.Flags {
		f := &in.Flags[i]
		flag := &Flag{Name: f.Name, Span: span(f.Span), Fields: b.pairs(step, f.Fields)}
		if f.HasValue {
			flag.Value = b.word(step, f.Value)
		}
		out.Flags = append(out.Flags, flag)
	}
	for _, w := range in.Args {
		out.Args = append(out.Args, b.word(step, w))
	}
	out.Pairs = b.pairs(step, in.Pairs)
	for _, h := range in.Heredocs {
		out.Heredocs = append(out.Heredocs, &Heredoc{h.Name, h.Content.String, h.Expand, span(h.Operator), span(h.Body)})
	}
	b.scripts(out, step)
	if step.Stage != nil {
		step.Trigger = step.Trigger || out.Onbuild
		for _, r := range b.m.Unset(step) {
			out.Unset = append(out.Unset, &Unset{r.Name, stage.IsPlatform(r.Name), r.Required, similar(step, r.Name), span(r.Span)})
		}
	}
	out.EmptyLines = b.emptyLines(in)
	d.Instructions = append(d.Instructions, out)
	b.instructions[in] = out
	if out.Name == "run" {
		d.Commands = append(d.Commands, out.Commands...)
	}
	if group := d.By.group(out); group != nil && out.Valid {
		*group = append(*group, out)
	}
}

// similar is a variable in effect that is called nearly like name, "" when there is none.
func similar(step *stage.Step, name string) string {
	if len(name) < 4 {
		return ""
	}
	known := slices.Clone(stage.Proxies)
	for e := step.Before.Env; e != nil; e = e.Prev {
		known = append(known, e.Var.Name)
	}
	for _, other := range known {
		if d := finding.Distance(name, other); d == 1 || d == 2 && len(name) >= 8 {
			return other
		}
	}
	return ""
}

// emptyLines are the lines of a continued instruction that have nothing on them; BuildKit takes them for part of it, and warns.
func (b *builder) emptyLines(in *dockerfile.Instruction) []*Span {
	end := in.Span.End
	for _, h := range in.Heredocs {
		end = min(end, h.Body.Start)
	}
	var out []*Span
	for at := in.Span.Start; at < end; {
		next := end
		if i := bytes.IndexByte(b.m.File.Source.Bytes[at:end], '\n'); i >= 0 {
			next = at + i + 1
		}
		if at > in.Span.Start && len(bytes.TrimSpace(b.m.File.Source.Bytes[at:next])) == 0 {
			out = append(out, &Span{at, next})
		}
		at = next
	}
	return out
}

func (by *By) group(in *Instruction) *[]*Instruction {
	if in.Onbuild {
		return &by.Onbuild
	}
	switch in.Name {
	case "add":
		return &by.Add
	case "arg":
		return &by.Arg
	case "cmd":
		return &by.Cmd
	case "copy":
		return &by.Copy
	case "entrypoint":
		return &by.Entrypoint
	case "env":
		return &by.Env
	case "expose":
		return &by.Expose
	case "from":
		return &by.From
	case "healthcheck":
		return &by.Healthcheck
	case "label":
		return &by.Label
	case "maintainer":
		return &by.Maintainer
	case "run":
		return &by.Run
	case "shell":
		return &by.Shell
	case "stopsignal":
		return &by.Stopsignal
	case "user":
		return &by.User
	case "volume":
		return &by.Volume
	case "workdir":
		return &by.Workdir
	}
	return nil
}

func (b *builder) pairs(step *stage.Step, pairs []dockerfile.Pair) []*Pair {
	var out []*Pair
	for _, p := range pairs {
		pair := &Pair{Key: text(p.Key), Legacy: p.Legacy, Span: span(p.Span)}
		if p.HasValue {
			pair.Value = b.word(step, p.Value)
		}
		out = append(out, pair)
	}
	return out
}

func (b *builder) scripts(out *Instruction, step *stage.Step) {
	for _, script := range step.Scripts {
		if script.Opaque {
			out.Opaque = script.Reason
		}
		for _, c := range script.Commands {
			out.Commands = append(out.Commands, b.command(out, step, c))
		}
	}
}

func (b *builder) command(in *Instruction, step *stage.Step, c *shell.Command) *Command {
	out := &Command{
		Name:        c.Name,
		Span:        span(c.Span),
		Instruction: in.Index,
		Stage:       in.Stage,
		Onbuild:     in.Onbuild,
		Conditional: c.Conditional,
		Loop:        c.Loop,
		Pipe:        c.Pipe,
		PipeLength:  c.PipeLen,
		After:       c.After,
		Depth:       c.Depth,
	}
	for i, w := range c.Words {
		out.Words = append(out.Words, word(w))
		if i > 0 {
			out.Args = append(out.Args, w.Value)
		}
	}
	for _, w := range c.Wrappers {
		out.Wrappers = append(out.Wrappers, word(w))
	}
	for _, x := range c.Assigns {
		assign := &Assign{Name: x.Name, Span: span(x.Span)}
		if x.Value.Span.Len() > 0 {
			assign.Value = word(x.Value)
		}
		out.Assigns = append(out.Assigns, assign)
	}
	for _, x := range c.Redirects {
		redirect := &Redirect{Op: x.Op, Span: span(x.Span)}
		if x.Target.Span.Len() > 0 {
			redirect.Target = word(x.Target)
		}
		out.Redirects = append(out.Redirects, redirect)
	}
	if dir, ok := step.Directory(c); ok {
		out.Directory = &dir
	}
	return out
}

func word(w shell.Word) *Word {
	out := &Word{Text: w.Raw, Value: w.Value, Literal: w.Literal, Quoted: w.Quoted, Span: span(w.Span)}
	for _, v := range w.Vars {
		out.Vars = append(out.Vars, v.Name)
	}
	return out
}

// setting is nil when no instruction set it.
func setting(s stage.Setting) *Setting {
	if s.By == nil {
		return nil
	}
	return &Setting{Value: s.Text, State: string(s.State), Overridable: s.Overridable, Span: span(s.Span),
		Instruction: s.By.Index, Stage: s.Stage.Index}
}

// variables are the settings in force, sorted by name.
func (b *builder) variables(e *stage.Env) []*Variable {
	seen := map[string]bool{}
	var out []*Variable
	for ; e != nil; e = e.Prev {
		v := e.Var
		if seen[v.Name] {
			continue
		}
		seen[v.Name] = true
		x := &Variable{Name: v.Name, Kind: string(v.Kind), Value: v.Value.Text, State: string(v.Value.State),
			HasDefault: v.HasDefault, Span: spanPointer(v.Span)}
		if v.Instruction != nil {
			x.Instruction = &v.Instruction.Index
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b *Variable) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (b *builder) stage(s *stage.Stage) *Stage {
	root := s.Root()
	out := &Stage{
		Index:   s.Index,
		Name:    s.Name(),
		Span:    span(s.Span),
		Root:    root.Index,
		Base:    b.image(root),
		Final:   s == b.m.Final,
		Needed:  s.Needed,
		User:    setting(s.Out.User),
		Workdir: setting(s.Out.Workdir),
		Shell:   s.Out.Shell.Words,
		Env:     b.variables(s.Out.Env),
	}
	if at := b.a.Toolchain(s); at != nil {
		toolchain := span(*at)
		out.Toolchain = &toolchain
	}
	if e := b.a.Entry(s); e != nil {
		out.Entry = &Entry{e.Path, span(e.Span), e.Step.Index, string(e.Exists)}
	}
	if s.Alias.Text != "" {
		alias := text(s.Alias)
		out.Alias = &alias
	}
	if s.Parent != nil {
		out.Parent = &s.Parent.Index
	}
	for _, x := range s.Chain() {
		out.Chain = append(out.Chain, x.Index)
	}
	for _, x := range s.UsedBy {
		out.UsedBy = append(out.UsedBy, x.Index)
	}
	out.Entrypoint, out.Cmd, out.Healthcheck = stepIndex(s.Entrypoint), stepIndex(s.Cmd), stepIndex(s.Healthcheck)
	if s.From != nil {
		w := s.From.Args[0]
		out.From = &From{Text: w.Text, Value: s.Base.Text, State: string(s.Base.State), Span: span(w.Span),
			Kind: string(s.Kind), Image: b.image(s), Vars: b.uses(s.Base)}
		if f := s.From.Flag("platform"); f != nil && f.HasValue {
			out.From.Platform = b.value(f.Value.Text, s.Platform)
		}
	}
	for _, step := range s.Steps {
		if step.Instruction == s.From || step.Trigger {
			continue
		}
		in := b.instructions[step.Instruction]
		if step.OnBuild != nil {
			in = b.instructions[step.OnBuild]
		}
		out.Instructions = append(out.Instructions, in)
		if in.Name == "run" {
			out.Commands = append(out.Commands, in.Commands...)
		}
	}
	return out
}

func stepIndex(s *stage.Step) *int {
	if s == nil {
		return nil
	}
	return &s.Index
}

// image is what a stage's FROM names.
func (b *builder) image(s *stage.Stage) Image {
	if s.From == nil {
		return classified(image.Reference{}, stage.FromUnknown, Span{})
	}
	w := s.From.Args[0]
	out := classified(s.Image, s.Kind, span(w.Span))
	// The tag's place is known when the reference stands in the file as it is used.
	if s.Image.Text == w.Text && len(w.Map.String) > 0 && s.Image.TagAt.Len() > 0 {
		at := span(s.Image.At(s.Image.TagAt, w.Map, w.Span))
		out.TagSpan = &at
	}
	return out
}

func classified(r image.Reference, kind stage.Kind, at Span) Image {
	c := image.Classify(r)
	return Image{
		Text: r.Text, Kind: string(kind), Span: at, Registry: r.Registry, Repository: r.Repository, Name: r.Name,
		Familiar: r.Familiar, Tag: r.Tag, Digest: r.Digest, Invalid: string(r.Invalid), Class: c.Name, Libc: c.Libc, Shell: c.Shell, User: c.User,
		Certificates: c.Certificates, Zones: c.Zones, Compiler: c.Compiler,
	}
}

func (b *builder) copy(c *stage.Copy) *Copy {
	out := &Copy{
		Instruction: c.Step.Index,
		Span:        span(c.Step.Span),
		Into:        c.Into.Index,
		Mount:       c.Mount != nil,
		Add:         c.Step.Name == "ADD",
		Kind:        string(c.Kind),
		Refused:     string(c.Refused),
	}
	if c.Mount != nil {
		out.Span = span(c.Mount.Span)
	}
	if c.FromWord.Text != "" {
		out.From = b.value(c.FromWord.Text, c.FromWord)
	}
	if c.From != nil {
		out.Stage = &c.From.Index
	}
	if c.Kind == stage.FromImage {
		img := classified(c.Image, c.Kind, span(c.FromWord.Span))
		out.Image = &img
	}
	for i, p := range c.Sources {
		x := b.path(p)
		x.Takes, x.Builds = b.a.Takes(c, i)
		x.Absent = b.a.Absent(c, i)
		x.Ignored = c.Kind == stage.FromMain && !p.Glob && p.Abs != "" && b.files.Ignored(p.Abs)
		out.Sources = append(out.Sources, x)
	}
	if c.Dest.Span.Len() > 0 {
		out.Dest = b.path(c.Dest)
	}
	return out
}

func (b *builder) path(p stage.Path) *Path {
	return &Path{Text: b.m.File.Source.Text(p.Span), Value: p.Text, State: string(p.State), Span: span(p.Span),
		Path: p.Abs, Folder: p.Slash, Glob: p.Glob}
}

func (b *builder) build(x *gobuild.Build) *Build {
	out := &Build{
		Index: x.Index, Kind: x.Kind, Span: span(x.Span), Go: span(x.Go), Stage: x.Step.Stage.Index, Instruction: x.Step.Index,
		Conditional: x.Command.Conditional, Tool: x.Tool, Packages: x.Packages, Outputs: x.Outputs, Complete: x.Complete,
		Final: string(x.Final), Cgo: Cgo{string(x.Cgo.State), span(x.Cgo.Span), x.Cgo.Decision},
		Buildmode: x.Buildmode, Os: x.OS, Arch: x.Arch, Cross: x.Cross, Compiler: string(x.Compiler), Exempt: x.Exempt,
	}
	for _, f := range x.Flags {
		out.Flags = append(out.Flags, &BuildFlag{f.Name, f.Value, f.Known, span(f.Span)})
	}
	if e := x.Evidence; e != nil {
		out.Evidence = &Evidence{Complete: e.Complete, Net: imported(e.Net), User: imported(e.User), Cgo: imported(e.Cgo),
			NeedsCgo: imported(e.NeedsCgo), Excluded: imported(e.Excluded), Stub: imported(e.Stub), Client: imported(e.Client), Zone: imported(e.Zone), Temp: imported(e.Temp),
			Roots: imported(e.Roots), Zones: imported(e.Zones), Vendored: e.Vendored, Requires: e.Requires, GoVersion: e.GoVersion, Module: e.Module, Sums: e.Sums, Local: e.Local}
		for _, x := range e.Reads {
			out.Evidence.Reads = append(out.Evidence.Reads, &Read{x.Path, x.Folder, x.File})
		}
	}
	return out
}

func imported(x *gobuild.Import) *Import {
	if x == nil {
		return nil
	}
	return &Import{x.Path, x.File}
}
