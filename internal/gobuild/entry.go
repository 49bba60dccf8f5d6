package gobuild

import (
	"path"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/image"
	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// Entry is the program a container of a stage starts.
type Entry struct {
	Path   string // absolute
	Span   source.Span
	Step   *stage.Step
	Exists Answer // whether the file is there; No only when that is certain
}

// Entry finds the program that ENTRYPOINT, or else CMD, names by a path; nil when it is not told that way:
// shell form, a name to be looked up in PATH, or a directory that is not known.
func (a *Analysis) Entry(s *stage.Stage) *Entry {
	step := s.Entrypoint
	if step == nil {
		step = s.Cmd
	}
	if step == nil || step.Form != "exec" || len(step.Args) == 0 {
		return nil
	}
	w := step.Args[0]
	p := w.Text
	if !strings.Contains(p, "/") {
		return nil
	}
	if !path.IsAbs(p) {
		if s.Out.Workdir.State != stage.Known {
			return nil
		}
		p = path.Join(s.Out.Workdir.Text, p)
	}
	e := &Entry{Path: path.Clean(p), Span: w.Span, Step: step}
	e.Exists = a.exists(s, e.Path)
	return e
}

// exists reports whether a path is in a stage. What the base image holds is known for empty ones alone.
func (a *Analysis) exists(s *stage.Stage, file string) Answer {
	root := s.Root()
	known := root.Kind == stage.FromScratch
	if root.Kind == stage.FromImage {
		c := image.Classify(root.Image)
		// Debian's /bin may be a link to /usr/bin.
		known = c.Name == "static" && c.Shell == string(No) && !slices.ContainsFunc([]string{"/bin", "/sbin", "/lib", "/usr/bin", "/usr/sbin", "/usr/lib"}, func(dir string) bool { return within(file, dir) })
	}
	if !known {
		return Unknown
	}
	for _, x := range s.Chain() {
		for _, step := range x.Steps {
			if step.Name == "RUN" || step.Trigger || step.Problem != nil {
				return Unknown
			}
		}
		for _, c := range x.Copies {
			if c.Mount != nil {
				continue
			}
			if c.Dest.Abs == "" {
				return Unknown
			}
			for i, src := range c.Sources {
				if lands, ok := a.lands(s, c, i, src); ok {
					if lands == file {
						return Yes
					}
					continue
				}
				if within(file, c.Dest.Abs) {
					return Unknown
				}
			}
		}
	}
	return No
}

// lands is where one source that is certainly a file comes to lie. Only a program that a build writes by that path is certain.
func (a *Analysis) lands(s *stage.Stage, c *stage.Copy, i int, src stage.Path) (string, bool) {
	words, builds := a.Takes(c, i)
	if len(builds) != 1 || src.Glob || !slices.Contains(a.Builds[builds[0]].Outputs, src.Abs) || !slices.Equal(words, []string{"artefact"}) {
		return "", false
	}
	dest := c.Dest.Abs
	folder := c.Dest.Slash || len(c.Sources) > 1 || dest == "/"
	for _, x := range s.Chain() {
		for _, step := range x.Steps {
			if w := step.Before.Workdir; w.By != nil && w.Text == dest {
				folder = true
			}
		}
		if w := x.Out.Workdir; w.By != nil && w.Text == dest {
			folder = true
		}
		// Another copy may have made it a folder.
		for _, other := range x.Copies {
			if other != c && other.Dest.Abs != "" && (other.Dest.Abs == dest && other.Dest.Slash || other.Dest.Abs != dest && within(other.Dest.Abs, dest)) {
				folder = true
			}
		}
	}
	if folder {
		return path.Join(dest, path.Base(src.Abs)), true
	}
	return dest, true
}

// Absent reports whether a source that a copy takes from a stage is certainly not there: the stage is understood, everything
// that fills its folder is known, and nothing makes it.
func (a *Analysis) Absent(c *stage.Copy, i int) bool {
	src := c.Sources[i]
	if c.From == nil || src.Abs == "" || src.Glob || src.Abs == "/" {
		return false
	}
	if _, builds := a.Takes(c, i); len(builds) > 0 {
		return false
	}
	if !ownFolder(src.Abs) || !plain(c.From.Root()) {
		return false
	}
	for _, s := range c.From.Chain() {
		for _, x := range s.Copies {
			// What the context, an image or another stage brings is not known by name.
			if x.Mount != nil || x.Dest.Abs == "" || within(src.Abs, x.Dest.Abs) || within(x.Dest.Abs, src.Abs) {
				return false
			}
		}
		for _, step := range s.Steps {
			if step.Problem != nil || step.Trigger {
				return false
			}
			if w := step.Before.Workdir; step.Name == "WORKDIR" || w.By != nil && within(w.Text, src.Abs) {
				continue
			}
			if step.Name != "RUN" {
				continue
			}
			if len(step.Scripts) == 0 {
				return false
			}
			for _, script := range step.Scripts {
				if script.Opaque {
					return false
				}
				for _, cmd := range script.Commands {
					if !harmless(cmd) || len(cmd.Redirects) > 0 {
						return false
					}
				}
			}
		}
		if w := s.Out.Workdir; w.State == stage.Known && within(w.Text, src.Abs) {
			return false
		}
	}
	for _, b := range a.Builds {
		// A build whose output is not known may write it.
		if slices.Contains(c.From.Chain(), b.Step.Stage) && !b.Complete && (b.Folder == "" || within(src.Abs, b.Folder) || within(b.Folder, src.Abs)) {
			return false
		}
	}
	return true
}

// plain reports whether a stage begins with an image that is known to hold nothing of its own making: an official one, and not
// somebody's who uses its name.
func plain(root *stage.Stage) bool {
	if root.Kind == stage.FromScratch {
		return true
	}
	c := image.Classify(root.Image)
	return root.Kind == stage.FromImage && c.Name != "app" && c.User != string(Unknown)
}

// ownFolder reports whether base images keep nothing there.
func ownFolder(p string) bool {
	top, _, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	switch top {
	case "bin", "sbin", "lib", "lib64", "usr", "etc", "var", "root", "home", "opt", "tmp", "go", "dev", "proc", "sys", "run", "mnt", "srv":
		return false
	}
	return true
}

// harmless knows commands that make no files but those we follow.
func harmless(c *shell.Command) bool {
	switch c.Name {
	case "go":
		switch c.Arg(1) {
		case "build", "install", "mod", "version", "env", "vet", "clean":
			return true
		}
		return false
	case "apk", "apt-get", "apt", "echo", "true", ":", "set", "export", "cd", "ls", "pwd", "env", "rm", "chmod", "chown", "test", "[", "xx-verify", "file", "strip":
		return true
	}
	return false
}
