package gobuild

import (
	"path"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/image"
	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/stage"
)

// artefact is a file that a build wrote, where it lies in a stage.
type artefact struct {
	build *Build
	path  string // "" when the name is not known
	dir   string // the folder it lies in, or below, when path is ""; "" when that is not known either
	maybe bool   // it may not be there: the stage it comes from is one of several
}

// flow follows what the builds write: through the commands of their stages, and the copies between stages.
func (a *Analysis) flow() {
	in := map[*stage.Stage][]artefact{}
	builds := map[*shell.Command]*Build{}
	for _, b := range a.Builds {
		builds[b.Command] = b
	}
	for _, s := range a.model.Stages {
		held := a.inherited(s, in)
		copies := map[*stage.Step][]*stage.Copy{}
		for _, c := range s.Copies {
			copies[c.Step] = append(copies[c.Step], c)
		}
		for _, step := range s.Steps {
			var mounted []artefact
			for _, c := range copies[step] {
				if c.Kind != stage.FromStage {
					continue
				}
				list := make([]take, len(c.Sources))
				for i, src := range c.Sources {
					var moved []artefact
					list[i], moved = a.take(c, src, in[c.From])
					if c.Mount == nil {
						held = append(held, moved...)
					} else {
						mounted = append(mounted, moved...)
					}
				}
				a.takes[c] = list
			}
			if step.Name == "RUN" {
				held = a.run(step, held, mounted, builds)
			}
		}
		in[s] = held
	}
	if a.model.Final == nil {
		return
	}
	for _, b := range a.Builds {
		b.Final = a.final(b, in)
	}
}

// inherited is what a stage begins with. One whose base has a variable in its name may begin with what any stage of
// such a name holds: FROM binaries-$TARGETOS.
func (a *Analysis) inherited(s *stage.Stage, in map[*stage.Stage][]artefact) []artefact {
	if s.Parent != nil {
		return slices.Clone(in[s.Parent])
	}
	var held []artefact
	for _, x := range a.candidates(s) {
		for _, y := range in[x] {
			y.maybe = true
			held = append(held, y)
		}
	}
	return held
}

// candidates are the earlier stages that a base whose name is not known may be.
func (a *Analysis) candidates(s *stage.Stage) []*stage.Stage {
	if s.Kind != stage.FromUnknown || s.From == nil || strings.ContainsAny(s.Base.Text, "/:") {
		return nil
	}
	pattern := strings.ToLower(wildcards(s.Base.Text))
	var out []*stage.Stage
	for _, x := range a.model.Stages[:s.Index] {
		if ok, _ := path.Match(pattern, strings.ToLower(x.Alias.Text)); ok && x.Alias.Text != "" {
			out = append(out, x)
		}
	}
	return out
}

// wildcards is the text with a star for each variable.
func wildcards(text string) string {
	var b strings.Builder
	for rest := text; rest != ""; {
		at := strings.IndexByte(rest, '$')
		if at < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:at] + "*")
		rest = rest[at+1:]
		if strings.HasPrefix(rest, "{") {
			_, rest, _ = strings.Cut(rest, "}")
			continue
		}
		rest = strings.TrimLeft(rest, "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
	}
	return b.String()
}

// run follows one RUN: what it builds, copies and moves, with what is mounted for it.
func (a *Analysis) run(step *stage.Step, held, mounted []artefact, builds map[*shell.Command]*Build) []artefact {
	for _, script := range step.Scripts {
		for _, c := range script.Commands {
			if b := builds[c]; b != nil {
				held = append(overwritten(held, b), written(b)...)
				continue
			}
			m := moves(step, c)
			if m == nil {
				continue
			}
			for _, x := range slices.Concat(held, mounted) {
				y, ok := moved(x, m, held)
				if !ok || slices.Contains(held, y) {
					continue
				}
				held = append(held, y)
				if y.build.Step.Stage == step.Stage && y.path != "" && !slices.Contains(y.build.Outputs, y.path) {
					y.build.Outputs = append(y.build.Outputs, y.path)
				}
			}
		}
	}
	return held
}

func written(b *Build) []artefact {
	var out []artefact
	for _, p := range b.Outputs {
		out = append(out, artefact{build: b, path: p})
	}
	if b.symbol != "" {
		out = append(out, artefact{build: b, path: b.symbol})
	}
	if b.Folder != "" {
		out = append(out, artefact{build: b, dir: b.Folder})
	}
	return out
}

// overwritten is what is left when a build writes its files over those of earlier ones.
func overwritten(held []artefact, b *Build) []artefact {
	if b.Command.Conditional {
		return held
	}
	return slices.DeleteFunc(slices.Clone(held), func(x artefact) bool {
		return x.build != b && x.path != "" && slices.Contains(b.Outputs, x.path)
	})
}

// moved is an artefact where a command puts it.
func moved(x artefact, m *movement, held []artefact) (artefact, bool) {
	y := artefact{build: x.build, maybe: x.maybe}
	if x.path != "" {
		y.path = m.target(x.path)
		return y, y.path != ""
	}
	if x.dir == "" {
		return y, false
	}
	if y.dir = m.target(x.dir); y.dir != "" {
		return y, true
	}
	// A program whose name is not known yet, taken from its folder by its name.
	for _, from := range m.from {
		if _, ok := reaches(from, path.Dir(from), strings.ContainsAny(from, "*?["), x, held); !ok {
			continue
		}
		if strings.ContainsAny(from, "*?[") {
			y.dir = m.to
		} else {
			y.path = m.target(from)
		}
		return y, true
	}
	return y, false
}

// final decides whether what a build writes is in the final stage.
func (a *Analysis) final(b *Build, in map[*stage.Stage][]artefact) Answer {
	s, final := b.Step.Stage, a.model.Final
	answer := No
	for _, x := range in[final] {
		if x.build != b {
			continue
		}
		if !x.maybe {
			return Yes
		}
		answer = Unknown
	}
	writes := len(b.Outputs) > 0 || b.Folder != "" || b.symbol != ""
	switch {
	case slices.Contains(final.Chain(), s):
		// Something that it writes is there, unless it writes nothing, or another build has written over it.
		if b.Complete {
			return answer
		}
		if b.Kind == "build" && !writes && slices.ContainsFunc(b.Packages, isPattern) {
			return Unknown
		}
		return Yes
	case answer == Unknown:
		return Unknown
	case b.Complete && !writes:
		return No
	case !s.Needed && !a.maybeNeeded(s):
		return No
	case a.loose(b, in):
		return Unknown
	}
	return No
}

// maybeNeeded reports whether a stage may be what one of a name that is not known builds on.
func (a *Analysis) maybeNeeded(s *stage.Stage) bool {
	return slices.ContainsFunc(a.model.Stages, func(x *stage.Stage) bool {
		return x.Needed && slices.ContainsFunc(a.candidates(x), func(y *stage.Stage) bool { return slices.Contains(y.Chain(), s) || slices.Contains(s.UsedBy, y) })
	})
}

// loose reports whether a program may have been taken from where it lies without our seeing it.
func (a *Analysis) loose(b *Build, in map[*stage.Stage][]artefact) bool {
	for _, by := range a.model.Stages {
		if !by.Needed {
			continue
		}
		for _, c := range by.Copies {
			if c.From == nil || !slices.Contains(c.From.Chain(), b.Step.Stage) && !slices.ContainsFunc(in[c.From], func(x artefact) bool { return x.build == b }) {
				continue
			}
			for i, src := range c.Sources {
				builds := a.takes[c][i].builds
				switch {
				case c.Mount != nil, src.Abs == "" && len(builds) == 0:
					return true
				case len(builds) == 0 && !isAsset(src.Abs):
					return true
				case !b.Complete && b.Folder == "" && !b.Tool && (src.Glob || !slices.ContainsFunc(builds, func(i int) bool { return slices.Contains(a.Builds[i].Outputs, src.Abs) })):
					// A folder, which may hold more than what is known to be there.
					return true
				}
			}
		}
	}
	return false
}

// isAsset knows paths that hold no Go program: certificates, time zones, users, and files with an ending.
func isAsset(p string) bool {
	for _, dir := range []string{"/etc", "/usr/share", "/usr/local/go/lib", "/lib", "/tmp", "/var", "/home"} {
		if within(p, dir) {
			return true
		}
	}
	ext := path.Ext(p)
	return ext != "" && ext != ".exe" && ext != ".bin" && !strings.ContainsAny(ext, "*0123456789")
}

func within(p, dir string) bool {
	return p == dir || dir == "/" || strings.HasPrefix(p, dir+"/")
}

// take says what a source takes, and where the programs it takes lie afterwards.
func (a *Analysis) take(c *stage.Copy, src stage.Path, held []artefact) (take, []artefact) {
	var out take
	var moved []artefact
	if src.Abs == "" {
		symbol := symbolic(path.Join("/", src.Text), src.State)
		if symbol == "" || src.Glob {
			return out, nil
		}
		src.Abs = symbol
	}
	base, glob := src.Abs, src.Glob
	if glob {
		base = path.Dir(src.Abs)
		for strings.ContainsAny(base, "*?[") {
			base = path.Dir(base)
		}
	}
	exact := false
	for _, x := range held {
		rest, ok := reaches(src.Abs, base, glob, x, held)
		if !ok {
			continue
		}
		if !x.maybe && !slices.Contains(out.builds, x.build.Index) {
			out.builds = append(out.builds, x.build.Index)
		}
		exact = exact || x.path == src.Abs
		y := artefact{build: x.build, maybe: x.maybe}
		to := destination(c)
		switch {
		case to == "":
		case rest == "*":
			y.dir = path.Join(to, strings.TrimPrefix(x.dir, base))
		case rest == "" && (c.Dest.Slash || len(c.Sources) > 1 || c.Mount == nil && isFolder(c.Step, nil, to)):
			y.path = path.Join(to, path.Base(src.Abs))
		case rest == "":
			y.path = to
		default:
			y.path = path.Join(to, rest)
		}
		moved = append(moved, y)
	}
	whole := !glob || path.Base(src.Abs) == "*"
	if !exact && whole && base != "" {
		out.words = a.tooMuch(c.From, base, out.builds)
	}
	if len(out.builds) > 0 {
		out.words = append(out.words, "artefact")
	}
	return out, moved
}

// destination is where a copy goes to, "" when that is not known. Base images of distributions set no WORKDIR.
func destination(c *stage.Copy) string {
	w := c.Step.Before.Workdir
	if c.Dest.Abs != "" || c.Dest.State != stage.Known || c.Dest.Text == "" || w.By != nil {
		return c.Dest.Abs
	}
	base := image.Classify(c.Into.Root().Image)
	switch base.Name {
	case "busybox", "small", "slim", "full":
		if base.User == "root" {
			return join("/", c.Dest.Text)
		}
	}
	return ""
}

// reaches reports whether a source takes an artefact; rest is its path below the source, "" when it is the source itself.
func reaches(src, base string, glob bool, x artefact, held []artefact) (rest string, ok bool) {
	if x.path == "" {
		// A program whose name is not known: a file taken from its folder is that program, when it is the only one there.
		if x.dir == "" {
			return "*", src == "/" && !glob
		}
		if glob && within(x.dir, base) || !glob && within(x.dir, src) {
			return "*", true
		}
		alone := !slices.ContainsFunc(held, func(y artefact) bool { return y != x && (y.path == src || y.path == "" && y.dir == x.dir) })
		return "", !glob && path.Dir(src) == x.dir && alone && !isAsset(src)
	}
	switch {
	case x.path == src:
		return "", true
	case glob:
		if !within(x.path, base) {
			return "", false
		}
		rest := strings.TrimPrefix(strings.TrimPrefix(x.path, base), "/")
		pattern := strings.TrimPrefix(strings.TrimPrefix(src, base), "/")
		first, _, _ := strings.Cut(rest, "/")
		matches, _ := path.Match(pattern, first)
		return rest, matches || strings.Contains(pattern, "/")
	case within(x.path, src):
		return strings.TrimPrefix(strings.TrimPrefix(x.path, src), "/"), true
	}
	return "", false
}

// tooMuch names what a folder holds beside the program.
func (a *Analysis) tooMuch(from *stage.Stage, dir string, builds []int) []string {
	if dir == "/" {
		return []string{"root"}
	}
	if slices.Contains(toolchainFolders(from), dir) && a.Toolchain(from) != nil && !a.onlyOutputs(dir, builds) {
		return []string{"toolchain"}
	}
	workdir, sources := false, false
	for _, s := range from.Chain() {
		for _, step := range s.Steps {
			if w := step.Before.Workdir; w.By != nil && w.State == stage.Known && w.Text != "/" && within(w.Text, dir) {
				workdir = true
			}
		}
		if w := s.Out.Workdir; w.By != nil && w.State == stage.Known && w.Text != "/" && within(w.Text, dir) {
			workdir = true
		}
		for _, c := range s.Copies {
			if c.Mount == nil && c.Kind == stage.FromMain && c.Dest.Abs != "" && within(c.Dest.Abs, dir) && slices.ContainsFunc(c.Sources, isSource) {
				sources = true
			}
		}
		for _, step := range s.Steps {
			for _, script := range step.Scripts {
				for _, c := range script.Commands {
					at, ok := step.Directory(c)
					if c.Name == "git" && c.Arg(1) == "clone" && step.Name == "RUN" && ok && within(at, dir) {
						sources = true
					}
				}
			}
		}
	}
	switch {
	case sources && workdir:
		return []string{"workdir", "sources"}
	case sources:
		return []string{"sources"}
	}
	return nil
}

// toolchainFolders are where Go, its module cache and its build cache lie.
func toolchainFolders(s *stage.Stage) []string {
	out := []string{"/usr/local", "/usr/local/go", "/go", "/go/src", "/go/pkg", "/go/pkg/mod", "/root", "/root/go", "/root/.cache", "/root/.cache/go-build"}
	if v := s.Out.Env.Lookup("GOPATH"); v != nil && v.HasValue && v.Value.State == stage.Known {
		if first, _, _ := strings.Cut(v.Value.Text, ":"); path.IsAbs(first) && path.Clean(first) != "/" {
			out = append(out, path.Clean(first), path.Join(first, "src"), path.Join(first, "pkg"), path.Join(first, "pkg/mod"))
		}
	}
	return out
}

// onlyOutputs reports whether a folder is one that builds write their programs to.
func (a *Analysis) onlyOutputs(dir string, builds []int) bool {
	for _, i := range builds {
		for _, p := range a.Builds[i].Outputs {
			if path.Dir(p) == dir {
				return true
			}
		}
	}
	return false
}

// isSource reports whether a source of a COPY from the build context brings Go sources: all of it, or files that are.
func isSource(p stage.Path) bool {
	switch {
	case p.Abs == "/", p.Abs == "/*":
		return true
	case strings.HasSuffix(p.Text, ".go"), strings.HasSuffix(p.Text, "go.mod"):
		return true
	}
	switch path.Base(p.Abs) {
	case "cmd", "internal", "pkg", "src":
		return true
	}
	return false
}
