package gobuild

import (
	"path"
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
// platform (cmd/go/internal/cfg, defaultContext: CC makes up for a compiler that is not found, but not for another platform;
// since Go 1.20 a missing compiler turns cgo off).
func unset(b *Build, env environment) (CgoState, string) {
	has := b.Compiler
	if cc := env.lookup("CC"); cc.state == stage.Known && cc.value != "" {
		has = Yes
	}
	other := otherPlatform(b, env)
	if other == Yes {
		return CgoDefaultOff, "cgo is off only because the build is for another platform than the builder's"
	}
	minor, ok := goMinor(b.Step.Stage.Root().Image.Tag)
	old := ok && minor < 20
	switch {
	case has == No && old && other == No:
		return CgoDefaultOn, "Go before 1.20 leaves cgo on even without a C compiler, and the program may need a C library"
	case has == No && !old:
		return CgoDefaultOff, "cgo is off only because this builder has no C compiler, and comes on when one is installed"
	case has == Unknown:
		return CgoDefault, "whether cgo is on depends on the builder having a C compiler"
	case other == Unknown: // with a compiler, or Go before 1.20
		return CgoVaries, "cgo is on for the builder's own platform and off for others, so their images differ"
	}
	return CgoDefaultOn, "this builder has a C compiler, so cgo is on and the program may need its C library"
}

// otherPlatform reports whether the build is for another platform than the one the builder runs on; Unknown when that depends on
// the machine that builds, or on the platform of the image.
func otherPlatform(b *Build, env environment) Answer {
	root := b.Step.Stage.Root()
	native, own := builderArch(root)
	if goos := env.lookup("GOOS"); goos.state == stage.Known && goos.value != "" && goos.value != "linux" {
		return Yes
	}
	arch := env.lookup("GOARCH")
	automatic := arch.state == stage.Automatic || path.Base(b.Command.Name) == "xx-go"
	switch {
	case automatic && !native && own == "":
		return No // the builder runs on the platform that is built for
	case automatic:
		return Unknown
	case arch.state == stage.Base, arch.state == stage.Known && (arch.value == "" || arch.value == own):
		return No
	case arch.state == stage.Known && own != "":
		return Yes
	}
	return Unknown
}

// crosses is otherPlatform with a word of its own for a build on a native builder for what is built for.
func crosses(b *Build, env environment) string {
	other := otherPlatform(b, env)
	if native, _ := builderArch(b.Step.Stage.Root()); other == Unknown && native && env.lookup("GOARCH").state == stage.Automatic {
		return "varies"
	}
	return string(other)
}

// builderArch says what a stage runs on: the machine that builds (native), an architecture that is written, or else
// the platform that is built for.
func builderArch(root *stage.Stage) (native bool, arch string) {
	for _, v := range root.Platform.Vars {
		if strings.HasPrefix(v.Name, "BUILD") {
			return true, ""
		}
	}
	platform := root.Platform.Text
	if platform == "" {
		// docker-library's names for one architecture.
		platform, _, _ = strings.Cut(root.Image.Repository, "/")
		if root.Image.Registry != "docker.io" || platform != "amd64" && platform != "arm64v8" {
			return false, ""
		}
		return false, strings.TrimSuffix(platform, "v8")
	}
	if root.Platform.State != stage.Known {
		return false, ""
	}
	parts := strings.Split(platform, "/")
	if len(parts) < 2 {
		return false, ""
	}
	switch arch := parts[1]; arch {
	case "x86_64":
		return false, "amd64"
	case "aarch64":
		return false, "arm64"
	default:
		return false, arch
	}
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
	has := Answer(image.Classify(b.Step.Stage.Root().Image).Compiler)
	base := has
	virtual := map[string]bool{} // names of apk's virtual packages that hold a compiler
	for _, s := range b.Step.Stage.Chain() {
		for _, step := range s.Steps {
			if step.Name != "RUN" {
				continue
			}
			for _, script := range step.Scripts {
				for _, c := range script.Commands {
					if c == b.Command {
						return has
					}
					if removes(c, virtual) {
						has = base
						continue
					}
					got := bringsCompiler(environment{step: step, c: c})
					if got == Yes && c.Conditional {
						got = Unknown
					}
					switch {
					case got == No || has == Yes:
					case got == Yes:
						has = Yes
						if name := virtualName(c); name != "" {
							virtual[name] = true
						}
					default:
						has = Unknown
					}
				}
			}
		}
	}
	return has
}

// bringsCompiler says whether a command installs a C compiler: by its name, or with Go, whose package recommends gcc at Debian
// (golang-1.19-go) and may bring it elsewhere.
func bringsCompiler(e environment) Answer {
	if got := installs(e, isCompiler); got != No {
		return got
	}
	if installs(e, isGo) != Yes {
		return No
	}
	switch e.c.Name {
	case "apt-get", "apt", "aptitude":
		if slices.ContainsFunc(e.c.Words, func(w shell.Word) bool { return w.Value == "--no-install-recommends" }) {
			return No
		}
		return Yes
	}
	return Unknown
}

// virtualName is the name that "apk add --virtual NAME" gives what it installs.
func virtualName(c *shell.Command) string {
	for i, w := range c.Words {
		if name, ok := strings.CutPrefix(w.Value, "--virtual="); ok {
			return name
		}
		if w.Value == "--virtual" || w.Value == "-t" {
			return c.Arg(i + 1)
		}
	}
	return ""
}

// removes reports whether a command takes a compiler away again.
func removes(c *shell.Command, virtual map[string]bool) bool {
	if c.Name != "apk" || c.Arg(1) != "del" && c.Arg(2) != "del" || c.Conditional {
		return false
	}
	return slices.ContainsFunc(c.Words, func(w shell.Word) bool { return virtual[w.Value] || isCompiler(w.Value) })
}

// isCompiler knows the packages that bring a C compiler.
func isCompiler(name string) bool {
	switch name {
	case "gcc", "g++", "build-base", "alpine-sdk", "build-essential", "clang", "tcc", "gcc-c++", "base-devel", "dev-tools":
		return true
	}
	return strings.HasPrefix(name, "gcc-") || strings.HasPrefix(name, "clang-") || strings.HasPrefix(name, "clang1") || strings.HasPrefix(name, "clang2")
}

// isGo knows the packages that bring a Go toolchain.
func isGo(name string) bool {
	switch name {
	case "go", "golang", "golang-go", "go-toolset", "golang-bin", "gcc-go", "gccgo":
		return true
	}
	return strings.HasPrefix(name, "golang-1.") || strings.HasPrefix(name, "go-1.") || strings.HasPrefix(name, "go1.")
}

// installs says whether a command has a package manager install such a package; Unknown when it installs what cannot be told.
func installs(e environment, is func(string) bool) Answer {
	verb := ""
	switch e.c.Name {
	case "apk", "xx-apk":
		verb = "add"
	case "apt-get", "apt", "aptitude", "dnf", "yum", "microdnf", "tdnf", "zypper", "xx-apt", "xx-apt-get":
		verb = "install"
	case "pacman":
		verb = "-S"
	default:
		return No
	}
	found, out := false, No
	for _, w := range e.c.Words[1:] {
		value := w.Value
		if !w.Literal {
			text, known := e.text(w)
			if !known {
				// $PACKAGES may be anything, but gcc-$VERSION is a compiler, and libfoo-$VERSION is none.
				if strings.HasPrefix(value, "$") && found {
					out = Unknown
				}
			} else {
				value = text
			}
		}
		switch {
		case strings.HasPrefix(value, verb):
			found = true
		case found && !strings.HasPrefix(value, "-"):
			for name := range strings.FieldsSeq(value) {
				if end := strings.IndexAny(name, "=~@<>"); end >= 0 {
					name = name[:end]
				}
				if is(name) {
					return Yes
				}
			}
		}
	}
	return out
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
					if installs(environment{step: step, c: c}, isGo) == Yes || downloads(c) {
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
