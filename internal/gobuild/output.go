package gobuild

import (
	"path"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/stage"
)

// outputs works out which files a build writes.
func (a *Analysis) outputs(b *Build, f flags, packages []shell.Word, env environment) {
	var names []string // of the programs; "" for one that is not known
	many := false
	for _, p := range packages {
		text, known := env.text(p)
		switch {
		case !known:
			names = append(names, "")
		case strings.HasSuffix(text, "..."):
			many = true
		case strings.HasSuffix(text, ".go"):
			if len(names) == 0 {
				names = append(names, strings.TrimSuffix(path.Base(text), ".go"))
			}
		default:
			names = append(names, programName(text))
		}
	}
	if len(packages) == 0 {
		names = []string{""}
	}
	many = many || len(names) > 1
	defer func() { b.Outputs = a.moved(b) }()

	if b.Kind == "install" {
		dir := env.known("GOBIN")
		if dir == "" {
			if gopath, _, _ := strings.Cut(env.known("GOPATH"), ":"); gopath != "" {
				dir = gopath + "/bin"
			}
		}
		// For another platform, go install writes below bin/GOOS_GOARCH.
		if dir != "" && env.lookup("GOARCH").state == stage.Base {
			b.into(dir, names, many)
		}
		return
	}
	o, given := f["o"]
	if !given {
		if many {
			b.Complete = true // several packages without -o are only checked
			return
		}
		if b.Dir != "" {
			b.into(b.Dir, names, false)
		}
		return
	}
	to, known := env.text(o)
	if !known || b.Dir == "" && !path.IsAbs(to) {
		return
	}
	file := join(b.Dir, to)
	if many || strings.HasSuffix(to, "/") || to == "." || strings.HasSuffix(to, "/.") || a.isFolder(b, file) {
		b.into(file, names, many)
		return
	}
	b.Outputs, b.Complete = []string{file}, true
}

// into notes programs written to a folder.
func (b *Build) into(dir string, names []string, many bool) {
	b.Complete = !many || !slices.Contains(names, "")
	for _, name := range names {
		if name == "" {
			b.Complete = false
			continue
		}
		if b.OS == "windows" {
			name += ".exe"
		}
		b.Outputs = append(b.Outputs, path.Join(dir, name))
	}
	for _, p := range b.Packages {
		b.Complete = b.Complete && !strings.HasSuffix(p, "...")
	}
	if !b.Complete {
		b.Folder = path.Clean(dir)
	}
}

// programName is the name go gives the program of a package path: its last part, without a major version.
// It is "" for the current folder, whose program is named after the module or the folder.
func programName(pkg string) string {
	pkg, _, _ = strings.Cut(pkg, "@")
	pkg = path.Clean(pkg)
	name := path.Base(pkg)
	if majorVersion(name) {
		name = path.Base(path.Dir(pkg))
	}
	switch name {
	case ".", "..", "/":
		return ""
	}
	return name
}

func majorVersion(s string) bool {
	return len(s) > 1 && s[0] == 'v' && strings.Trim(s[1:], "0123456789") == "" && s != "v0" && s != "v1"
}

// isFolder reports whether a path is known to be a folder when the build runs: a WORKDIR, or made by mkdir.
func (a *Analysis) isFolder(b *Build, file string) bool {
	for _, s := range b.Step.Stage.Chain() {
		for _, step := range s.Steps {
			if w := step.Before.Workdir; w.By != nil && w.Text == file {
				return true
			}
			for _, script := range step.Scripts {
				for _, c := range script.Commands {
					if c == b.Command {
						return false
					}
					dir, ok := step.Directory(c)
					if c.Name != "mkdir" || !ok {
						continue
					}
					for _, w := range c.Words[1:] {
						if w.Literal && !strings.HasPrefix(w.Value, "-") && join(dir, w.Value) == file {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// moved adds the places that later commands of the stage copy or move the outputs to.
func (a *Analysis) moved(b *Build) []string {
	out := slices.Clone(b.Outputs)
	behind := false
	for _, step := range b.Step.Stage.Steps {
		for _, script := range step.Scripts {
			for _, c := range script.Commands {
				if c == b.Command {
					behind = true
					continue
				}
				if !behind || step.Name != "RUN" {
					continue
				}
				switch c.Name {
				case "mv", "cp", "install", "ln":
				default:
					continue
				}
				dir, ok := step.Directory(c)
				if !ok {
					continue
				}
				var paths []string
				for _, w := range c.Words[1:] {
					if w.Literal && !strings.HasPrefix(w.Value, "-") {
						paths = append(paths, w.Value)
					}
				}
				if len(paths) < 2 {
					continue
				}
				to := paths[len(paths)-1]
				for _, from := range paths[:len(paths)-1] {
					file := join(dir, from)
					if !slices.Contains(out, file) {
						continue
					}
					target := join(dir, to)
					if strings.HasSuffix(to, "/") || len(paths) > 2 || a.isFolder(b, target) || isBinFolder(target) {
						target = path.Join(target, path.Base(file))
					}
					if !slices.Contains(out, target) {
						out = append(out, target)
					}
				}
			}
		}
	}
	return out
}

// isBinFolder knows the folders for programs that every image has.
func isBinFolder(p string) bool {
	return slices.Contains([]string{"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/go/bin", "/tmp", "/opt"}, p)
}
