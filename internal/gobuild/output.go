package gobuild

import (
	"path"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/image"
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
		case isPattern(text):
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
	pattern := many
	many = many || len(names) > 1

	if b.Kind == "install" {
		dir := binFolder(env)
		switch {
		case dir == "":
		case otherPlatform(b, env) == No:
			b.into(dir, names, pattern)
		default:
			// For another platform, go install writes below bin/GOOS_GOARCH.
			b.Folder = dir
		}
		return
	}
	o, given := f["o"]
	if !given {
		switch {
		case pattern:
			// Several packages are only checked, but ./... may be a single program, which is written.
		case many:
			b.Complete = true
		case b.Dir != "":
			b.into(b.Dir, names, false)
		}
		return
	}
	to, state := env.expand(o)
	if state == stage.Known && to == "/dev/null" {
		b.Complete = true
		return
	}
	if b.Dir == "" && !path.IsAbs(to) {
		return
	}
	file := join(b.Dir, to)
	folder := many || strings.HasSuffix(to, "/") || to == "." || strings.HasSuffix(to, "/.")
	if state != stage.Known {
		if !folder {
			b.symbol = symbolic(file, state)
		}
		return
	}
	if folder || isFolder(b.Step, b.Command, file) {
		b.into(file, names, pattern)
		return
	}
	b.Outputs, b.Complete = []string{file}, true
}

// isPattern reports whether a package argument stands for any number of packages ("go help packages").
func isPattern(pkg string) bool {
	switch pkg {
	case "all", "std", "cmd", "tool":
		return true
	}
	return strings.HasSuffix(pkg, "...")
}

// binFolder is where go install writes programs ("go help install"), "" when that is not known.
func binFolder(env environment) string {
	if bin := env.lookup("GOBIN"); bin.state == stage.Known && bin.value != "" {
		return bin.value
	} else if bin.state != stage.Known && bin.state != stage.Base {
		return ""
	}
	gopath := env.lookup("GOPATH")
	switch {
	case gopath.state == stage.Known && gopath.value != "":
		first, _, _ := strings.Cut(gopath.value, ":")
		return path.Join(first, "bin")
	case gopath.state != stage.Base:
		return ""
	}
	reference := env.step.Stage.Root().Image
	base := image.Classify(reference)
	if reference.Name == "golang" && base.Shell == string(Yes) {
		return "/go/bin" // the official image, or a mirror of it
	}
	// $HOME/go, where the base image is known not to be made for Go.
	if base.Go != string(No) {
		return ""
	}
	home := env.lookup("HOME")
	user, _, _ := strings.Cut(env.step.Before.User.Text, ":")
	switch {
	case home.state == stage.Known && path.IsAbs(home.value):
		return path.Join(home.value, "go/bin")
	case home.state == stage.Base && (user == "root" || user == "0" || user == "" && base.User == "root"):
		return "/root/go/bin"
	}
	return ""
}

// symbolic is a path with variables whose values are not known, but are the same all over the file: BuildKit's platform arguments,
// and arguments that the caller decides. It is "" when the path has others, or more than plain variables.
func symbolic(file string, state stage.State) string {
	if state != stage.Automatic && state != stage.Caller || strings.ContainsAny(file, "`'\"\\*?[(") {
		return ""
	}
	var b strings.Builder
	for rest := file; rest != ""; {
		at := strings.IndexByte(rest, '$')
		if at < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:at])
		rest = rest[at+1:]
		braces := strings.HasPrefix(rest, "{")
		rest = strings.TrimPrefix(rest, "{")
		end := strings.IndexFunc(rest, func(r rune) bool {
			return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		})
		if end < 0 {
			end = len(rest)
		}
		b.WriteString("${" + rest[:end] + "}")
		rest = rest[end:]
		if braces {
			if !strings.HasPrefix(rest, "}") {
				return ""
			}
			rest = rest[1:]
		}
	}
	return path.Clean(b.String())
}

// into notes programs written to a folder; pattern says that there may be more than those named.
func (b *Build) into(dir string, names []string, pattern bool) {
	b.Complete = !pattern
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

// isFolder reports whether a path is known to be a folder when a command runs: one that base images have, a WORKDIR, one made by
// mkdir, or one that something was copied into.
func isFolder(at *stage.Step, before *shell.Command, file string) bool {
	if file == "/" || isBinFolder(file) && at.Stage.Root().Kind != stage.FromScratch {
		return true
	}
	for _, s := range at.Stage.Chain() {
		for _, c := range s.Copies {
			if c.Mount == nil && c.Step.Index < at.Index && (c.Dest.Abs == file && c.Dest.Slash || c.Dest.Abs != file && within(c.Dest.Abs, file)) {
				return true
			}
			if c.Kind == stage.FromMain && c.Dest.Abs == file && c.Step.Index < at.Index && slices.ContainsFunc(c.Sources, func(p stage.Path) bool { return p.Abs == "/" }) {
				return true
			}
		}
		for _, step := range s.Steps {
			if w := step.Before.Workdir; w.By != nil && w.State == stage.Known && within(w.Text, file) {
				return true
			}
			for _, script := range step.Scripts {
				for _, c := range script.Commands {
					if c == before {
						return false
					}
					if step.Name == "RUN" && makesFolder(step, c, file) {
						return true
					}
				}
			}
			if step == at {
				return false
			}
		}
	}
	return false
}

// makesFolder reports whether a command is a mkdir, or install -d, of the path.
func makesFolder(step *stage.Step, c *shell.Command, file string) bool {
	if c.Name != "mkdir" && (c.Name != "install" || !slices.ContainsFunc(c.Words, func(w shell.Word) bool { return w.Value == "-d" })) {
		return false
	}
	dir, ok := step.Directory(c)
	env := environment{step: step, c: c}
	for _, w := range c.Words[1:] {
		value, known := env.text(w)
		if known && !strings.HasPrefix(value, "-") && (ok || path.IsAbs(value)) && within(join(dir, value), file) {
			return true
		}
	}
	return false
}

// isBinFolder knows folders that every image has.
func isBinFolder(p string) bool {
	return slices.Contains([]string{"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/tmp", "/opt", "/go/bin"}, p)
}

// movement is what a command copies or moves: paths, and where they go.
type movement struct {
	from   []string // absolute; may be patterns
	to     string
	folder bool // they go into it
}

// moves reads cp, mv, ln and install; nil for other commands, and for those with what cannot be told.
func moves(step *stage.Step, c *shell.Command) *movement {
	switch c.Name {
	case "mv", "cp", "install", "ln":
	default:
		return nil
	}
	dir, ok := step.Directory(c)
	env := environment{step: step, c: c}
	m := &movement{}
	abs := func(w shell.Word) (string, bool) {
		value, known := env.text(w)
		if !w.Literal && len(w.Vars) == 0 && !strings.ContainsAny(w.Raw, "$`") {
			value, known = w.Value, true // a pattern
		}
		if !known || !ok && !path.IsAbs(value) || value == "" {
			return "", false
		}
		return join(dir, value), true
	}
	var paths []shell.Word
	for i := 1; i < len(c.Words); i++ {
		w := c.Words[i]
		name, value, has := strings.Cut(w.Value, "=")
		switch {
		case name == "-t" || name == "--target-directory":
			target := w
			if has {
				target = shell.Word{Raw: value, Value: value, Literal: w.Literal}
			} else if i++; i < len(c.Words) {
				target = c.Words[i]
			}
			if m.to, has = abs(target); !has {
				return nil
			}
			m.folder = true
		case c.Name == "install" && slices.Contains([]string{"-m", "-o", "-g", "--mode", "--owner", "--group"}, w.Value):
			i++
		case strings.HasPrefix(w.Value, "-"):
			if c.Name == "install" && w.Value == "-d" {
				return nil
			}
		default:
			paths = append(paths, w)
		}
	}
	if m.to == "" && len(paths) > 0 {
		last := paths[len(paths)-1]
		paths = paths[:len(paths)-1]
		to, known := abs(last)
		if !known {
			return nil
		}
		m.to = to
		m.folder = strings.HasSuffix(last.Value, "/") || last.Value == "." || strings.HasSuffix(last.Value, "/.") || len(paths) > 1
	}
	for _, w := range paths {
		// One that is not known does not hide the others.
		if from, known := abs(w); known {
			m.from = append(m.from, from)
			m.folder = m.folder || strings.ContainsAny(from, "*?[")
		}
	}
	if len(m.from) == 0 {
		return nil
	}
	m.folder = m.folder || isFolder(step, c, m.to)
	return m
}

// target is where the movement puts a file, "" when it does not touch it.
func (m *movement) target(file string) string {
	for _, from := range m.from {
		switch {
		case from == file:
			if m.folder {
				return path.Join(m.to, path.Base(file))
			}
			return m.to
		case within(file, from):
			rest := strings.TrimPrefix(file, from)
			if m.folder {
				return path.Join(m.to, path.Base(from), rest)
			}
			return path.Join(m.to, rest)
		case strings.ContainsAny(from, "*?["):
			if ok, _ := path.Match(from, file); ok {
				return path.Join(m.to, path.Base(file))
			}
		}
	}
	return ""
}
