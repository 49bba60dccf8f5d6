package gobuild

import (
	"path"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/stage"
)

// artefact is a file that a build wrote, where it lies in a stage.
type artefact struct {
	build *Build
	path  string // "" when the name is not known
	dir   string // the folder it lies in, when path is ""
}

// flow follows what the builds write through the copies between stages.
func (a *Analysis) flow() {
	in := map[*stage.Stage][]artefact{}
	unexplained := map[*stage.Stage]bool{} // something is taken from the stage that no known output explains
	for _, s := range a.model.Stages {
		if s.Parent != nil {
			in[s] = slices.Clone(in[s.Parent])
		}
		for _, b := range a.Builds {
			if b.Step.Stage != s {
				continue
			}
			for _, p := range b.Outputs {
				in[s] = append(in[s], artefact{build: b, path: p})
			}
			if b.Folder != "" {
				in[s] = append(in[s], artefact{build: b, dir: b.Folder})
			}
		}
		for _, c := range s.Copies {
			if c.Kind != stage.FromStage {
				continue
			}
			list := make([]take, len(c.Sources))
			for i, src := range c.Sources {
				var moved []artefact
				list[i], moved = a.take(c, src, in[c.From])
				if c.Mount == nil {
					in[s] = append(in[s], moved...)
				}
				if s.Needed && (src.Abs == "" || len(list[i].builds) == 0 || c.Mount != nil) {
					for _, x := range c.From.Chain() {
						unexplained[x] = true
					}
				}
			}
			a.takes[c] = list
		}
	}
	final := a.model.Final
	if final == nil {
		return
	}
	for _, b := range a.Builds {
		s := b.Step.Stage
		switch {
		case slices.Contains(final.Chain(), s), slices.ContainsFunc(in[final], func(x artefact) bool { return x.build == b }):
			b.Final = Yes
		case !s.Needed:
			b.Final = No
		case !b.Complete && !b.Tool || unexplained[s]:
			b.Final = Unknown
			if b.Complete && !a.loose(s, in) {
				b.Final = No
			}
		}
	}
}

// loose reports whether a program of the stage may have been taken without our seeing it.
func (a *Analysis) loose(s *stage.Stage, in map[*stage.Stage][]artefact) bool {
	for _, by := range a.model.Stages {
		if !by.Needed {
			continue
		}
		for _, c := range by.Copies {
			if c.From == nil || !slices.Contains(c.From.Chain(), s) {
				continue
			}
			for i, src := range c.Sources {
				if src.Abs == "" || c.Mount != nil {
					return true
				}
				if len(a.takes[c][i].builds) == 0 && !isAsset(src.Abs) {
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
		return out, nil
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
		if !slices.Contains(out.builds, x.build.Index) {
			out.builds = append(out.builds, x.build.Index)
		}
		exact = exact || x.path == src.Abs
		y := artefact{build: x.build}
		to := c.Dest.Abs
		switch {
		case to == "":
		case rest == "" && (c.Dest.Slash || len(c.Sources) > 1):
			y.path = path.Join(to, path.Base(src.Abs))
		case rest == "":
			y.path = to
		default:
			y.path = path.Join(to, rest)
		}
		moved = append(moved, y)
	}
	whole := !glob || path.Base(src.Abs) == "*"
	if !exact && whole {
		out.words = a.tooMuch(c.From, base, out.builds)
	}
	if len(out.builds) > 0 {
		out.words = append(out.words, "artefact")
	}
	return out, moved
}

// reaches reports whether a source takes an artefact; rest is its path below the source, "" when it is the source itself.
func reaches(src, base string, glob bool, x artefact, held []artefact) (rest string, ok bool) {
	if x.path == "" {
		// A program whose name is not known: a file taken from its folder is that program, when it is the only one there.
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
	for _, toolchain := range []string{"/go", "/go/src", "/go/pkg", "/root", "/root/go", "/root/.cache"} {
		if dir == toolchain && a.Toolchain(from) != nil && !a.onlyOutputs(dir, builds) {
			return []string{"toolchain"}
		}
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
