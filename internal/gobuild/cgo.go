package gobuild

import (
	"slices"
	"strconv"
	"strings"

	"github.com/plimline/plimline/internal/image"
	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// cgo decides the state of cgo for a build.
func cgo(b *Build, env environment) Cgo {
	s := env.lookup("CGO_ENABLED")
	out := Cgo{Span: s.span, Decision: s.by}
	if out.Span == (source.Span{}) {
		out.Span = b.Span
	}
	switch {
	case s.state == stage.Known && s.value == "0":
		out.State = CgoOff
	case s.state == stage.Known && s.value == "1":
		out.State = CgoOn
	case s.state == stage.Known && s.value != "":
		out.State, out.Decision = CgoUnknown, "CGO_ENABLED is "+strconv.Quote(s.value)
	case s.state == stage.Caller:
		out.State = CgoCaller
	case s.state == stage.Known || s.state == stage.Base:
		// Not set, or set to nothing, which the go command takes for the same.
		out.Span = b.Span
		out.State, out.Decision = unset(b, env)
	default:
		out.State, out.Decision = CgoUnknown, s.by+", to what cannot be told"
	}
	return out
}

// unset is the state when nothing sets CGO_ENABLED: cgo is on where there is a C compiler and the build is not for another
// platform ("go help environment"; since Go 1.20 a missing compiler turns it off).
func unset(b *Build, env environment) (CgoState, string) {
	has := compiler(b)
	if has == Yes && env.lookup("CC").value == "" {
		if varies(b, env) {
			return CgoVaries, "cgo is on for the builder's own platform and off for others, so their images differ"
		}
	}
	switch has {
	case Yes:
		return CgoDefaultOn, "this builder has a C compiler, so cgo is on and the program may need its C library"
	case No:
		if minor, ok := goMinor(b.Step.Stage.Root().Image.Tag); ok && minor < 20 {
			return CgoDefaultOn, "Go before 1.20 leaves cgo on even without a C compiler, and the program may need a C library"
		}
		return CgoDefaultOff, "cgo is off only because this builder has no C compiler, and comes on when one is installed"
	}
	return CgoDefault, "whether cgo is on depends on the builder having a C compiler"
}

// varies reports whether the platform that is built for is the builder's own for some images only: the builder runs
// on the build platform, and GOOS or GOARCH follow the target.
func varies(b *Build, env environment) bool {
	root := b.Step.Stage.Root()
	native := slices.ContainsFunc(root.Platform.Vars, func(v *stage.Variable) bool { return v.Name == "BUILDPLATFORM" })
	if !native {
		return false
	}
	return b.Command.Name == "xx-go" || env.lookup("GOARCH").state == stage.Automatic
}

// goMinor is the 22 of a tag such as "1.22.3-alpine".
func goMinor(tag string) (int, bool) {
	rest, ok := strings.CutPrefix(tag, "1.")
	if !ok {
		return 0, false
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	n, err := strconv.Atoi(rest[:end])
	return n, err == nil
}

// compiler says whether the build's stage has a C compiler when the build runs.
func compiler(b *Build) Answer {
	for _, s := range b.Step.Stage.Chain() {
		for _, step := range s.Steps {
			for _, script := range step.Scripts {
				for _, c := range script.Commands {
					if c == b.Command {
						return Answer(image.Classify(s.Root().Image).Compiler)
					}
					if step.Name == "RUN" && installs(c, isCompiler) {
						return Yes
					}
				}
			}
		}
	}
	return Answer(image.Classify(b.Step.Stage.Root().Image).Compiler)
}

// isCompiler knows the packages that bring a C compiler.
func isCompiler(name string) bool {
	switch name {
	case "gcc", "g++", "build-base", "alpine-sdk", "build-essential", "clang", "tcc", "gcc-c++", "base-devel", "dev-tools":
		return true
	}
	return strings.HasPrefix(name, "gcc-") || strings.HasPrefix(name, "clang-") || strings.HasPrefix(name, "clang1")
}

// isGo knows the packages that bring a Go toolchain.
func isGo(name string) bool {
	switch name {
	case "go", "golang", "golang-go", "go-toolset", "golang-bin", "gcc-go", "gccgo":
		return true
	}
	return strings.HasPrefix(name, "golang-1.") || strings.HasPrefix(name, "go-1.") || strings.HasPrefix(name, "go1.")
}

// installs reports whether a command has a package manager install such a package.
func installs(c *shell.Command, is func(string) bool) bool {
	verb := ""
	switch c.Name {
	case "apk":
		verb = "add"
	case "apt-get", "apt", "aptitude", "dnf", "yum", "microdnf", "tdnf", "zypper", "xx-apt", "xx-apt-get":
		verb = "install"
	case "xx-apk":
		verb = "add"
	case "pacman":
		verb = "-S"
	default:
		return false
	}
	found := false
	for _, w := range c.Words[1:] {
		switch {
		case strings.HasPrefix(w.Value, verb):
			found = true
		case found && !strings.HasPrefix(w.Value, "-"):
			name, _, _ := strings.Cut(w.Value, "=")
			name, _, _ = strings.Cut(name, "~")
			name, _, _ = strings.Cut(name, "@")
			if is(strings.TrimRight(name, "<>")) {
				return true
			}
		}
	}
	return false
}

// Toolchain is where a stage gets a Go toolchain from, or nil when it has none that is known of.
func (a *Analysis) Toolchain(s *stage.Stage) *source.Span {
	root := s.Root()
	if root.From != nil && (root.Kind == stage.FromImage || root.Kind == stage.FromUnknown) && image.Classify(root.Image).Go == string(Yes) {
		return &root.Base.Span
	}
	for _, s := range s.Chain() {
		for _, step := range s.Steps {
			if step.Name != "RUN" {
				continue
			}
			for _, script := range step.Scripts {
				for _, c := range script.Commands {
					if installs(c, isGo) || downloads(c) {
						return &c.Span
					}
				}
			}
		}
		for _, c := range s.Copies {
			for _, p := range c.Sources {
				if c.Mount == nil && p.Abs == "/usr/local/go" {
					return &c.Step.Span
				}
			}
		}
	}
	return nil
}

// downloads knows the tarballs of go.dev being fetched.
func downloads(c *shell.Command) bool {
	if c.Name != "curl" && c.Name != "wget" {
		return false
	}
	return slices.ContainsFunc(c.Words, func(w shell.Word) bool {
		return strings.Contains(w.Value, "go.dev/dl/") || strings.Contains(w.Value, "golang.org/dl/") ||
			strings.Contains(w.Value, "dl.google.com/go/") || strings.Contains(w.Value, "storage.googleapis.com/golang/")
	})
}
