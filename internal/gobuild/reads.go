package gobuild

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/plimline/plimline/internal/stage"
)

// maxTree is how many files of a folder are looked at to tell whether it holds Go sources.
const maxTree = 2000

// shipsToolchain reports whether the final stage has the Go toolchain.
func (a *Analysis) shipsToolchain() bool {
	return a.model.Final != nil && a.Toolchain(a.model.Final) != nil
}

// strings takes the strings of a package's files, and the paths that filepath.Join makes of them.
func (r *reader) strings(dir string, p *build.Package) {
	for _, name := range p.GoFiles {
		file := filepath.Join(dir, name)
		text, err := os.ReadFile(file)
		if err != nil || len(text) > maxSource {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		embedded := func(name string) bool {
			return slices.ContainsFunc(p.EmbedPatterns, func(pattern string) bool {
				pattern = strings.TrimPrefix(pattern, "all:")
				ok, _ := path.Match(pattern, name)
				return ok || strings.HasPrefix(name+"/", pattern+"/")
			})
		}
		note := func(text string) {
			if !embedded(path.Clean(text)) {
				r.named(text, r.name(file))
			}
		}
		for _, d := range f.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
				continue
			}
			ast.Inspect(d, func(n ast.Node) bool {
				switch x := n.(type) {
				case *ast.BasicLit:
					if text, ok := literal(x); ok {
						note(text)
					}
				case *ast.CallExpr:
					if text, ok := joined(x); ok {
						note(text)
						return false
					}
				}
				return true
			})
		}
	}
}

func literal(x ast.Expr) (string, bool) {
	lit, ok := x.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// joined is what filepath.Join or path.Join makes of strings that are written there.
func joined(c *ast.CallExpr) (string, bool) {
	f, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "Join" {
		return "", false
	}
	if pkg, ok := f.X.(*ast.Ident); !ok || pkg.Name != "filepath" && pkg.Name != "path" {
		return "", false
	}
	var parts []string
	for _, arg := range c.Args {
		text, ok := literal(arg)
		if !ok {
			return "", false
		}
		parts = append(parts, text)
	}
	return path.Join(parts...), len(parts) > 0
}

// read notes what a string of the sources names, when it is in the build context and in the image at that path, and is no Go source.
func (r *reader) read(step *stage.Step, workdir stage.Setting, text, file string) {
	if text == "" || len(text) > 300 || strings.ContainsAny(text, " \n:\"'<>|\\") {
		return
	}
	// Of a pattern what stands in front of it counts.
	if i := strings.IndexAny(text, "*?[{"); i >= 0 {
		text = path.Dir(text[:i] + "x")
	}
	in := path.Clean(text)
	if !path.IsAbs(in) {
		if workdir.Text == "" || workdir.State != stage.Known && workdir.By != nil {
			return
		}
		in = path.Join(workdir.Text, in)
	}
	name, ok := fromContext(step, in)
	if !ok || name == "" || name == "." || r.files.Ignored(name) || slices.ContainsFunc(r.found.Reads, func(x Read) bool { return x.Path == in }) {
		return
	}
	on := filepath.Join(r.ctx.Dir, filepath.FromSlash(name))
	info, err := os.Stat(on)
	if err != nil || path.Ext(name) == ".go" || info.IsDir() && hasGo(on) {
		return
	}
	r.found.Reads = append(r.found.Reads, Read{in, info.IsDir(), file})
}

// hasGo reports whether Go sources lie in a folder; so does one that is too large to tell.
func hasGo(dir string) bool {
	found, seen := false, 0
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if seen++; err != nil || seen > maxTree || !d.IsDir() && (filepath.Ext(name) == ".go" || d.Name() == "go.mod") {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}
