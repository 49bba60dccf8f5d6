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
	slices.SortStableFunc(out, func(a, b Flag) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// switches are the flags of go build and go install that take no value ("go help build").
var switches = []string{
	"a", "n", "race", "msan", "asan", "cover", "v", "work", "x", "linkshared", "modcacherw", "trimpath", "json", "i",
	"buildvcs", "h", "help",
}

// goCommand reports whether the command runs the go command or a wrapper with the same arguments.
func goCommand(c *shell.Command) bool { return isGoProgram(c.Name) }

func isGoProgram(name string) bool {
	switch name {
	case "go", "xx-go", "garble", "gotip":
		return true
	}
	version, ok := strings.CutPrefix(name, "go")
	return ok && strings.HasPrefix(version, "1.")
}

// goWords are the words of a command from the go command on, nil when it is none: "$GOROOT/bin/go build", "godep go build".
func goWords(e environment) []shell.Word {
	words := e.c.Words
	if e.c.Name == "godep" && len(words) > 1 {
		words = words[1:]
		if words[0].Value != "go" {
			return nil
		}
		return words
	}
	if goCommand(e.c) {
		return words
	}
	if e.c.Name != "" || len(words) < 2 || words[1].Value != "build" && words[1].Value != "install" {
		return nil
	}
	// $GOROOT may be anywhere; what lies in it is known by its name.
	name, _ := e.text(words[0])
	if i := strings.LastIndexByte(name, '/'); isGoProgram(name[i+1:]) {
		return words
	}
	return nil
}

// command makes a Build of a command, or nil when it builds no Go program.
func (a *Analysis) command(step *stage.Step, c *shell.Command) *Build {
	env := environment{step: step, c: c}
	words := goWords(env)
	if len(words) < 2 {
		return nil
	}
	at, chdir := 1, shell.Word{}
	for at < len(words) && strings.HasPrefix(words[at].Value, "-") {
		name, value, has := strings.Cut(strings.TrimLeft(words[at].Value, "-"), "=")
		switch {
		case name == "C" && has:
			chdir = words[at]
			chdir.Value = value
		case name == "C" && at+1 < len(words):
			at++
			chdir = words[at]
		}
		at++
	}
	if at >= len(words) || words[at].Value != "build" && words[at].Value != "install" {
		return nil
	}
	b := &Build{
		Kind: words[at].Value, Step: step, Command: c, Span: c.Span, Final: No, Buildmode: "default",
		Go: source.Span{Start: words[0].Span.Start, End: words[at].Span.End},
	}
	args, hidden := env.args(words[at+1:])
	given, packages := parseFlags(args)
	if w, ok := given["C"]; ok {
		chdir = w
	}
	defaults, _ := parseFlags(env.flags())
	if s := env.lookup("GOFLAGS"); s.state != stage.Known && s.state != stage.Base {
		hidden = append(hidden, shell.Word{Raw: "$GOFLAGS", Value: "$GOFLAGS", Span: b.Span, Vars: []shell.Var{{Name: "GOFLAGS"}}})
	}
	for name, w := range defaults {
		if _, ok := given[name]; !ok {
			given[name] = w
		}
	}
	for _, w := range hidden {
		// It may hold any flag; these are the ones that decide what the program needs.
		for _, name := range []string{"ldflags", "tags"} {
			if _, ok := given[name]; !ok {
				given[name] = w
			}
		}
	}
	for _, p := range packages {
		b.Packages = append(b.Packages, p.Value)
		b.Tool = b.Tool || b.Kind == "install" && (strings.Contains(p.Value, "@") || p.Value == "tool")
	}
	// Packages that xargs takes from elsewhere.
	piped := slices.ContainsFunc(c.Wrappers, func(w shell.Word) bool { return path.Base(w.Value) == "xargs" })
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
	b.Compiler = compiler(b)
	b.Cross = crosses(b, env)
	b.Exempt = exempt(b, given, env)
	b.Cgo = cgo(b, env)
	if _, ok := given["o"]; piped || len(hidden) > 0 && !ok {
		return b // where it writes to is out of sight
	}
	a.outputs(b, given, packages, env)
	return b
}

// args are a build's arguments with the words taken apart that stand for several: a variable outside of quotes. hidden are those that
// stand for flags which are not known.
func (e environment) args(words []shell.Word) (args, hidden []shell.Word) {
	for i, w := range words {
		if w.Quoted || len(w.Vars) != 1 || w.Value != "$"+w.Vars[0].Name && w.Value != "${"+w.Vars[0].Name+"}" {
			args = append(args, w)
			continue
		}
		if value, known := e.text(w); known {
			for field := range strings.FieldsSeq(value) {
				args = append(args, shell.Word{Raw: field, Value: field, Literal: true, Span: w.Span})
			}
			continue
		}
		flag := func(w shell.Word) bool { return strings.HasPrefix(w.Value, "-") }
		value := i > 0 && flag(words[i-1]) && takesValue(words[i-1].Value)
		if !value && (slices.ContainsFunc(words[i+1:], flag) || isFlagsName(w.Vars[0].Name)) {
			hidden = append(hidden, w)
			continue
		}
		args = append(args, w)
	}
	return args, hidden
}

// isFlagsName knows variables that hold flags by their name: BUILDFLAGS, GO_BUILD_ARGS.
func isFlagsName(name string) bool {
	name = strings.ToUpper(name)
	return strings.Contains(name, "FLAG") || strings.Contains(name, "ARGS") || strings.Contains(name, "OPTS") || strings.Contains(name, "OPTIONS")
}

// takesValue reports whether the word behind a flag is its value.
func takesValue(flag string) bool {
	return !strings.Contains(flag, "=") && !slices.Contains(switches, strings.TrimLeft(flag, "-"))
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
	if b.Step.Stage.Root().Image.Name == "go-toolset" {
		// Red Hat's Go takes its cryptography from the system's OpenSSL, through cgo.
		return "fips"
	}
	if x := env.known("GOEXPERIMENT"); strings.Contains(x, "boringcrypto") || strings.Contains(x, "strictfipsruntime") || strings.Contains(x, "systemcrypto") {
		return "fips"
	}
	switch {
	case b.OS != "" && b.OS != "linux":
		return b.OS
	case b.Arch == "wasm":
		return "wasm"
	}
	return ""
}

// join is a path below a directory, or itself when it is absolute.
func join(dir, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(dir, p)
}
