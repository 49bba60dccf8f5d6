package cli

import (
	"errors"
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// Go's releases as of 2026-11 (go.dev/doc/devel/release): the newest, and the oldest that is supported.
const newestGo, oldestGo = 27, 26

// scaffold is what a Dockerfile for a Go module is made of.
type scaffold struct {
	minor    int    // of the Go release
	pkg      string // the program's package, such as ./cmd/app
	program  string
	sums     bool     // there is a go.sum
	vendor   bool     // modules are vendored
	cgo      string   // what has C in it, in words; "" for none
	needsCgo bool     // it does not work without
	reads    []string // files and folders that the program names, relative to the module
}

func (a *app) initDockerfileCommand() *cobra.Command {
	var force bool
	var pkg string
	cmd := &cobra.Command{
		Use:   "dockerfile [DIR]",
		Short: "Write a Dockerfile and a .dockerignore for the Go module in a folder",
		Long: `Write a Dockerfile for the Go module in DIR (default: here): a builder with its caches kept, a static program for every platform,
and a final image with nothing but it. What the sources need decides the final image. A .dockerignore is written where there is none.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			return a.scaffold(dir, pkg, force)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace the Dockerfile if it exists")
	cmd.Flags().StringVar(&pkg, "package", "", "the `PACKAGE` of the program, such as ./cmd/app (default: the only one)")
	return cmd
}

func (a *app) scaffold(dir, pkg string, force bool) error {
	s, err := inspect(dir, pkg)
	if err != nil {
		return err
	}
	name := filepath.Join(dir, "Dockerfile")
	if _, err := os.Lstat(name); err == nil && !force {
		return fmt.Errorf("%s exists; --force replaces it", filepath.ToSlash(name))
	}
	s.evidence(dir)
	files := []struct{ name, text string }{{name, s.dockerfile()}}
	ignore := filepath.Join(dir, ".dockerignore")
	if _, err := os.Lstat(ignore); errors.Is(err, fs.ErrNotExist) {
		files = append(files, struct{ name, text string }{ignore, dockerignore})
	}
	for _, f := range files {
		if err := replaceFile(f.name, []byte(f.text)); err != nil {
			return fmt.Errorf("write %s: %w", filepath.ToSlash(f.name), err)
		}
		fmt.Fprintf(a.stdout, "wrote %s\n", filepath.ToSlash(f.name))
	}
	return nil
}

// inspect reads the module.
func inspect(dir, pkg string) (scaffold, error) {
	s := scaffold{minor: newestGo, pkg: pkg}
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return s, fmt.Errorf("no Go module here: %w", source.Cause(err))
	}
	mod, err := modfile.ParseLax("go.mod", text, nil)
	if err != nil || mod.Module == nil {
		return s, fmt.Errorf("go.mod: %v", err)
	}
	if mod.Go != nil {
		if parts := strings.Split(mod.Go.Version, "."); len(parts) > 1 {
			if minor, err := strconv.Atoi(parts[1]); err == nil && minor >= oldestGo {
				s.minor = minor
			}
		}
	}
	mains, err := programs(dir)
	if err != nil {
		return s, err
	}
	switch {
	case pkg != "":
	case len(mains) == 1:
		s.pkg = mains[0]
	case len(mains) == 0:
		return s, errors.New("no package main here or in a folder below; name it with --package")
	default:
		return s, fmt.Errorf("there are several programs; name one with --package: %s", strings.Join(mains, ", "))
	}
	s.program = path.Base(path.Clean(s.pkg))
	if s.program == "." {
		prefix, _, _ := module.SplitPathVersion(mod.Module.Mod.Path)
		s.program = path.Base(prefix)
	}
	_, err = os.Stat(filepath.Join(dir, "go.sum"))
	s.sums = err == nil
	_, err = os.Stat(filepath.Join(dir, "vendor", "modules.txt"))
	s.vendor = err == nil
	return s, nil
}

// programs are the packages with a main, at most two folders deep: . and ./cmd/app.
func programs(dir string) ([]string, error) {
	var out []string
	for _, pattern := range []string{".", "*", "*/*"} {
		folders, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, folder := range folders {
			rel, err := filepath.Rel(dir, folder)
			if err != nil || slices.ContainsFunc(strings.Split(filepath.ToSlash(rel), "/"), func(part string) bool {
				return part == "vendor" || part == "testdata" || part != "." && (part[0] == '.' || part[0] == '_')
			}) {
				continue
			}
			if p, err := build.ImportDir(folder, 0); err == nil && p.Name == "main" {
				name := "."
				if rel != "." {
					name = "./" + filepath.ToSlash(rel)
				}
				out = append(out, name)
			}
		}
	}
	return out, nil
}

// evidence reads what the program needs out of its sources, as if everything were shipped.
func (s *scaffold) evidence(dir string) {
	const everything = "FROM golang:1.%d\nWORKDIR /src\nCOPY . .\nRUN go build -o /out/program %s\nENTRYPOINT [\"/out/program\"]\n"
	ctx := buildcontext.Context{Dir: dir, Modules: moduleCache()}
	doc := lint.Read(source.NewFile("Dockerfile", fmt.Appendf(nil, everything, s.minor, s.pkg)), stage.Options{}, ctx)
	for _, b := range doc.Builds {
		if b.Evidence == nil {
			continue
		}
		if c := b.Evidence.Cgo; c != nil {
			s.cgo, s.needsCgo = c.Path+" has C in it", b.Evidence.NeedsCgo != nil
			if c.Path == "C" {
				s.cgo = c.File + " has C in it"
			}
		}
		for _, read := range b.Evidence.Reads {
			if name, ok := strings.CutPrefix(read.Path, "/src/"); ok && !s.has(name) {
				s.reads = append(s.reads, name)
			}
		}
	}
}

// has reports whether a file lies in a folder that is read.
func (s *scaffold) has(name string) bool {
	return slices.ContainsFunc(s.reads, func(dir string) bool { return strings.HasPrefix(name, dir+"/") })
}

// dockerfile is the text. It is what go-strict asks for.
func (s scaffold) dockerfile() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# syntax=docker/dockerfile:1")
	env, platform, image, final := "CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH ", "--platform=$BUILDPLATFORM ", "-alpine", "gcr.io/distroless/static-debian13:nonroot"
	if s.cgo != "" {
		// C is compiled on the platform that is built for.
		env, platform, image, final = "CGO_ENABLED=1 ", "", "-trixie", "gcr.io/distroless/base-debian13:nonroot"
	}
	line("FROM %sgolang:1.%d%s AS build", platform, s.minor, image)
	line("WORKDIR /src")
	mounts := "--mount=type=cache,target=/root/.cache/go-build"
	if !s.vendor {
		files := "go.mod"
		if s.sums {
			files += " go.sum"
		}
		line("COPY %s ./", files)
		line("RUN --mount=type=cache,target=/go/pkg/mod go mod download")
		mounts = "--mount=type=cache,target=/go/pkg/mod " + mounts
	}
	line("COPY . .")
	if s.cgo == "" {
		line("ARG TARGETOS")
		line("ARG TARGETARCH")
	} else {
		suppression := "plimline ignore=cgo-disabled "
		if s.needsCgo {
			suppression = "" // the policy sees that, too
		}
		line("# %s%s", suppression, s.cgo)
	}
	line("RUN %s \\\n    %sgo build -trimpath -ldflags=\"-s -w\" -o /out/%s %s", mounts, env, s.program, s.pkg)
	line("\nFROM %s", final)
	if len(s.reads) > 0 {
		line("WORKDIR /app")
	}
	line("COPY --from=build /out/%s /%s", s.program, s.program)
	for _, name := range s.reads {
		line("COPY %s /app/%s", name, name)
	}
	line("USER 65532:65532")
	line("ENTRYPOINT [\"/%s\"]", s.program)
	return b.String()
}

// dockerignore leaves out what no build reads, and what must not get into an image.
const dockerignore = ".git\n.github\n.env*\n.dockerignore\nDockerfile*\n"
