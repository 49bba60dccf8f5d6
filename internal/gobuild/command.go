package gobuild

import (
	"path"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// flags are the flags of a go command with their values; "true" for switches.
type flags map[string]shell.Word

func (f flags) value(name string) (string, bool) {
	w, ok := f[name]
	return w.Value, ok
}

// list is the flags in order, with the values of variables that are known.
func (f flags) list(b *Build, env environment) []Flag {
	var out []Flag
	for name, w := range f {
		value, known := env.text(w)
		if w.Value == "true" {
			value, known = "true", true
		}
		x := Flag{Name: name, Value: value, Known: known, Span: w.Span}
		if x.Span == (source.Span{}) {
			x.Span = b.Span
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b Flag) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// switches are the flags of go build and go install that take no value ("go help build").
var switches = []string{
	"a", "n", "race", "msan", "asan", "cover", "v", "work", "x", "linkshared", "modcacherw", "trimpath", "json", "i",
	"buildvcs", "h", "help",
}

// goCommand reports whether the command runs the go command or a wrapper with the same arguments.
func goCommand(c *shell.Command) bool {
	switch c.Name {
	case "go", "xx-go", "garble":
		return true
	}
	version, ok := strings.CutPrefix(c.Name, "go")
	return ok && strings.HasPrefix(version, "1.")
}

// command makes a Build of a command, or nil when it builds no Go program.
func (a *Analysis) command(step *stage.Step, c *shell.Command) *Build {
	if !goCommand(c) || len(c.Words) < 2 {
		return nil
	}
	at, chdir := 1, shell.Word{}
	for at < len(c.Words) && strings.HasPrefix(c.Words[at].Value, "-") {
		name, value, has := strings.Cut(strings.TrimLeft(c.Words[at].Value, "-"), "=")
		switch {
		case name == "C" && has:
			chdir = c.Words[at]
			chdir.Value = value
		case name == "C" && at+1 < len(c.Words):
			at++
			chdir = c.Words[at]
		}
		at++
	}
	if at >= len(c.Words) || c.Words[at].Value != "build" && c.Words[at].Value != "install" {
		return nil
	}
	b := &Build{
		Kind: c.Words[at].Value, Step: step, Command: c, Span: c.Span, Final: No, Buildmode: "default",
		Go: source.Span{Start: c.Words[0].Span.Start, End: c.Words[at].Span.End},
	}
	env := environment{step, c}
	given, packages := parseFlags(c.Words[at+1:])
	if w, ok := given["C"]; ok {
		chdir = w
	}
	defaults, _ := parseFlags(env.flags())
	for name, w := range defaults {
		if _, ok := given[name]; !ok {
			given[name] = w
		}
	}
	for _, p := range packages {
		b.Packages = append(b.Packages, p.Value)
		b.Tool = b.Tool || b.Kind == "install" && strings.Contains(p.Value, "@")
	}
	if dir, ok := step.Directory(c); ok {
		b.Dir = dir
		if chdir.Value != "" {
			b.Dir = ""
			if value, known := env.text(chdir); known {
				b.Dir = join(dir, value)
			}
		}
	}
	b.Flags = given.list(b, env)
	if mode, ok := given.value("buildmode"); ok {
		b.Buildmode = mode
	}
	b.OS, b.Arch = env.known("GOOS"), env.known("GOARCH")
	b.Exempt = exempt(b, given, env)
	b.Cgo = cgo(b, env)
	a.outputs(b, given, packages, env)
	return b
}

// parseFlags splits arguments into flags and packages. Go takes -flag and --flag, =value and a value of its own.
func parseFlags(words []shell.Word) (flags, []shell.Word) {
	out := flags{}
	for i := 0; i < len(words); i++ {
		w := words[i]
		if !strings.HasPrefix(w.Value, "-") || w.Value == "-" {
			return out, words[i:]
		}
		name, value, has := strings.Cut(strings.TrimLeft(w.Value, "-"), "=")
		switch {
		case w.Value == "--":
			return out, words[i+1:]
		case has:
			if _, raw, ok := strings.Cut(w.Raw, "="); ok {
				w.Raw = raw
			}
			w.Value = value
			out[name] = w
		case slices.Contains(switches, name) || i+1 == len(words):
			w.Value = "true"
			out[name] = w
		default:
			i++
			out[name] = words[i]
		}
	}
	return out, nil
}

// exempt says why CGO_ENABLED=0 is no requirement for the build.
func exempt(b *Build, f flags, env environment) string {
	switch b.Buildmode {
	case "c-shared", "c-archive", "shared", "plugin":
		return b.Buildmode
	}
	if _, ok := f["race"]; ok {
		return "race"
	}
	if x := env.known("GOEXPERIMENT"); strings.Contains(x, "boringcrypto") || strings.Contains(x, "strictfipsruntime") || strings.Contains(x, "systemcrypto") {
		return "fips"
	}
	switch b.OS {
	case "", "linux":
		return ""
	}
	return b.OS
}

// join is a path below a directory, or itself when it is absolute.
func join(dir, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(dir, p)
}
