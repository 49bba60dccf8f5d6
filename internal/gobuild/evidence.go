package gobuild

import (
	"cmp"
	"errors"
	"go/build"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/stage"
)

// Bounds of what is read of a build context.
const (
	maxPackages = 3000
	maxGoFiles  = 20000
)

// Evidence is what the sources of a build say. Fields that are nil were not found.
type Evidence struct {
	// Complete is true when all imports of the program were followed.
	Complete bool
	// Net, User and Cgo are what makes the program use the C library when cgo is on.
	Net, User, Cgo *Import
	// NeedsCgo is what Excluded or Stub would be with cgo off, for a build with cgo on.
	NeedsCgo *Import
	// Excluded is a package that does not compile because cgo is off, Stub one of which only functions that return errors are left then.
	Excluded, Stub *Import
	// Client is a use of TLS as a client, Zone of a named time zone and Temp of the folder for temporary files, in the module itself.
	// They are looked for when the final image lacks what they need.
	Client, Zone, Temp *Import
	// Roots and Zones are imports that bring CA certificates and time zones into the program.
	Roots, Zones *Import
	// Vendored is true when the module has a vendor folder that .dockerignore does not leave out.
	Vendored bool
	// Requires is how many modules go.mod requires.
	Requires int
	// GoVersion is the go line of go.mod, "" when there is none.
	GoVersion string
	// Module is the folder of go.mod, relative to the build context, "." for the context itself.
	Module string
	// Sums says that there is a go.sum, Local that go.mod replaces a module by a folder.
	Sums, Local bool
	// Reads are files and folders of the build context that the module's own sources name, sorted. They are looked for when the final
	// image has the Go toolchain, and so perhaps the sources.
	Reads []Read
}

// Read is a file or folder that a program names.
type Read struct {
	Path   string // absolute, in the stage that the program runs in
	Folder bool
	File   string // the Go file that names it
}

// Import is an import and the file it stands in.
type Import struct {
	Path string // the imported package
	File string // relative to the build context, or the file's path in the module cache
}

// standard says which packages of the standard library reach net or os/user, the two whose C parts need the C library
// (go list -deps std with cgo on, Go 1.26; runtime/cgo comes with them).
func standard(pkg string) (net, user bool) {
	switch pkg {
	case "os/user", "archive/tar":
		return false, true
	case "net", "crypto/tls", "crypto/x509", "expvar", "log/syslog", "mime/multipart":
		return true, false
	}
	return strings.HasPrefix(pkg, "net/") && pkg != "net/url" && pkg != "net/netip", false
}

// evidence reads the imports of the program that a build makes, as far as the build context has them.
func (a *Analysis) evidence(b *Build, ctx buildcontext.Context, files *buildcontext.Files) *Evidence {
	if ctx.Dir == "" || b.Tool || b.Dir == "" || len(b.Packages) > 1 {
		return nil
	}
	pkg := "."
	if len(b.Packages) == 1 {
		pkg = b.Packages[0]
	}
	if strings.HasSuffix(pkg, "...") {
		return nil
	}
	in := path.Join(b.Dir, pkg)
	if strings.HasSuffix(pkg, ".go") {
		in = path.Dir(in)
	} else if pkg != "." && !strings.HasPrefix(pkg, "./") && !strings.HasPrefix(pkg, "../") && !path.IsAbs(pkg) {
		return nil
	}
	dir, ok := fromContext(b.Step, in)
	if !ok {
		return nil
	}
	r := &reader{ctx: ctx, files: files, found: &Evidence{Complete: true}, seen: map[string]bool{}, calls: a.calls()}
	r.build = build.Context{GOOS: "linux", GOARCH: "amd64", Compiler: "gc", CgoEnabled: true, ReleaseTags: build.Default.ReleaseTags}
	if b.Cgo.State == CgoOff || b.Cgo.State == CgoDefaultOff {
		r.build.CgoEnabled = false
	}
	if b.Arch != "" {
		r.build.GOARCH = b.Arch
	}
	for _, f := range b.Flags {
		if f.Name == "tags" {
			r.build.BuildTags = strings.FieldsFunc(f.Value, func(c rune) bool { return c == ',' || c == ' ' })
		}
	}
	if !r.module(dir) {
		return nil
	}
	if a.shipsToolchain() {
		r.named = func(text, file string) { r.read(b.Step, a.model.Final.Out.Workdir, text, file) }
	}
	program := filepath.Join(ctx.Dir, filepath.FromSlash(dir))
	if !r.pkg("", program) {
		return nil
	}
	if r.found.Cgo != nil {
		without := *r
		without.build.CgoEnabled = false
		without.found, without.seen, without.count, without.calls, without.named = &Evidence{}, map[string]bool{}, 0, nil, nil
		without.pkg("", program)
		r.found.NeedsCgo = cmp.Or(without.found.Excluded, without.found.Stub)
	}
	slices.SortStableFunc(r.found.Reads, func(a, b Read) int { return strings.Compare(a.Path, b.Path) })
	return r.found
}

// fromContext is the folder of the build context that a folder of the stage was filled from, when one COPY did it.
func fromContext(step *stage.Step, dir string) (string, bool) {
	found, ok := "", false
	for _, s := range step.Stage.Chain() {
		for _, c := range s.Copies {
			if c.Kind != stage.FromMain || c.Dest.Abs == "" {
				continue
			}
			if c.Mount != nil && c.Step != step {
				continue
			}
			for _, src := range c.Sources {
				if src.Abs == "" || src.Glob {
					continue
				}
				to := c.Dest.Abs
				switch {
				case path.Ext(src.Abs) == ".go":
					if to == dir || path.Dir(to) == dir && path.Ext(to) == ".go" {
						found, ok = path.Dir(src.Abs), true
					}
				case within(dir, to):
					found, ok = path.Join(src.Abs, strings.TrimPrefix(dir, to)), true
				}
			}
		}
	}
	return strings.TrimPrefix(found, "/"), ok
}

// reader follows imports.
type reader struct {
	ctx   buildcontext.Context
	files *buildcontext.Files
	build build.Context
	found *Evidence
	seen  map[string]bool
	count int
	calls []call
	named func(text, file string) // takes every string in the module's own sources; nil when they do not matter

	root     string // folder of go.mod
	mod      *modfile.File
	vendored bool
}

// module finds the go.mod above a folder of the build context.
func (r *reader) module(dir string) bool {
	for {
		root := filepath.Join(r.ctx.Dir, filepath.FromSlash(dir))
		text, err := os.ReadFile(filepath.Join(root, "go.mod"))
		if err == nil {
			// ParseLax would leave out the replacements; a go.mod that is too new for Parse is read without.
			mod, err := modfile.Parse("go.mod", text, nil)
			if err != nil {
				mod, err = modfile.ParseLax("go.mod", text, nil)
			}
			if err != nil || mod.Module == nil {
				return false
			}
			r.root, r.mod = root, mod
			r.found.Module = path.Clean(filepath.ToSlash(dir))
			r.found.Local = slices.ContainsFunc(mod.Replace, func(x *modfile.Replace) bool { return x.New.Version == "" })
			_, err = os.Stat(filepath.Join(root, "go.sum"))
			r.found.Sums = err == nil
			r.found.Requires = len(mod.Require)
			if mod.Go != nil {
				r.found.GoVersion = mod.Go.Version
			}
			_, err = os.Stat(filepath.Join(root, "vendor", "modules.txt"))
			r.vendored = err == nil && !r.files.Ignored(path.Join(dir, "vendor"))
			r.found.Vendored = r.vendored
			return true
		}
		if dir == "" || dir == "." {
			return false
		}
		if dir = path.Dir(dir); dir == "." {
			dir = ""
		}
	}
}

// pkg reads a package's imports. Its path is "" for the program itself. It reports whether the folder holds one.
func (r *reader) pkg(name, dir string) bool {
	if r.seen[dir] {
		return true
	}
	r.seen[dir] = true
	if len(r.seen) > maxPackages || r.count > maxGoFiles {
		r.found.Complete = false
		return false
	}
	p, err := r.build.ImportDir(dir, 0)
	var none *build.NoGoError
	var several *build.MultiplePackageError
	if errors.As(err, &none) || errors.As(err, &several) || err != nil && len(p.GoFiles) == 0 {
		if file := r.leftOut(dir); file != "" {
			first(&r.found.Excluded, name, r.name(file))
		}
		r.found.Complete = false
		return false
	}
	r.count += len(p.GoFiles) + len(p.CgoFiles)
	if len(p.CgoFiles) > 0 {
		first(&r.found.Cgo, "C", r.name(filepath.Join(dir, p.CgoFiles[0])))
	}
	if r.own(name) {
		r.uses(dir, p)
		if r.named != nil {
			r.strings(dir, p)
		}
	}
	for _, imported := range p.Imports {
		r.imported(imported, r.name(p.ImportPos[imported][0].Filename))
	}
	return true
}

func first(found **Import, path, file string) {
	if *found == nil {
		*found = &Import{path, file}
	}
}

// leftOut is a file of a package with C in it that cgo being off leaves out, "" when there is none.
func (r *reader) leftOut(dir string) string {
	if r.build.CgoEnabled {
		return ""
	}
	with := r.build
	with.CgoEnabled = true
	if p, err := with.ImportDir(dir, 0); err == nil && len(p.CgoFiles) > 0 {
		return filepath.Join(dir, p.CgoFiles[0])
	}
	return ""
}

// own reports whether a package is one of the module itself; "" is the program.
func (r *reader) own(pkg string) bool {
	return pkg == "" || pkg == r.mod.Module.Mod.Path || strings.HasPrefix(pkg, r.mod.Module.Mod.Path+"/")
}

// name is a file as a message shows it.
func (r *reader) name(file string) string {
	if rel, err := filepath.Rel(r.ctx.Dir, file); err == nil && !strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(rel)
	}
	if rel, err := filepath.Rel(r.ctx.Modules, file); err == nil && r.ctx.Modules != "" && !strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(file)
}

func (r *reader) imported(pkg, file string) {
	if pkg == "C" || pkg == "unsafe" {
		return
	}
	host, _, _ := strings.Cut(pkg, "/")
	own := r.own(pkg)
	switch pkg {
	case "time/tzdata":
		r.found.Zones = &Import{pkg, file}
	case "golang.org/x/crypto/x509roots/fallback", "github.com/breml/rootcerts", "github.com/gwatts/rootcerts":
		r.found.Roots = &Import{pkg, file}
	}
	if !own && !strings.Contains(host, ".") {
		net, user := standard(pkg)
		if net && (r.found.Net == nil || pkg == "net/http") {
			r.found.Net = &Import{pkg, file}
		}
		if user && r.found.User == nil {
			r.found.User = &Import{pkg, file}
		}
		return
	}
	if !own {
		r.wrapper(pkg, file)
	}
	dir, ok := r.folder(pkg, own)
	if !ok {
		r.found.Complete = false
		return
	}
	r.pkg(pkg, dir)
}

// folder is where the sources of a package lie: in the module, vendored, replaced by a folder, or in the module cache.
func (r *reader) folder(pkg string, own bool) (string, bool) {
	if own {
		rest := strings.TrimPrefix(strings.TrimPrefix(pkg, r.mod.Module.Mod.Path), "/")
		dir := filepath.Join(r.root, filepath.FromSlash(rest))
		if _, err := os.Stat(dir); err == nil {
			return dir, true
		}
	}
	if r.vendored {
		return filepath.Join(r.root, "vendor", filepath.FromSlash(pkg)), true
	}
	var best module.Version
	for _, q := range r.mod.Require {
		if (pkg == q.Mod.Path || strings.HasPrefix(pkg, q.Mod.Path+"/")) && len(q.Mod.Path) > len(best.Path) {
			best = q.Mod
		}
	}
	if best.Path == "" {
		return "", false
	}
	rest := filepath.FromSlash(strings.TrimPrefix(strings.TrimPrefix(pkg, best.Path), "/"))
	if i := slices.IndexFunc(r.mod.Replace, func(x *modfile.Replace) bool {
		return x.Old.Path == best.Path && (x.Old.Version == "" || x.Old.Version == best.Version)
	}); i >= 0 {
		best = r.mod.Replace[i].New
		if best.Version == "" {
			return filepath.Join(r.root, filepath.FromSlash(best.Path), rest), true
		}
	}
	if r.ctx.Modules == "" {
		return "", false
	}
	escaped, err := module.EscapePath(best.Path)
	if err != nil {
		return "", false
	}
	version, err := module.EscapeVersion(best.Version)
	if err != nil {
		return "", false
	}
	return filepath.Join(r.ctx.Modules, filepath.FromSlash(escaped)+"@"+version, rest), true
}
