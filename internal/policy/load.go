// Package policy loads rules and policies written in Rego, checks them, and evaluates them on documents.
// It is the only importer of Open Policy Agent, and uses its ast and topdown packages directly: the rego
// package costs a cold start 0.75 ms and the binary 2.4 MB.
package policy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"golang.org/x/sync/errgroup"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/policies"
	"github.com/plimline/plimline/rules"
)

// Folder is a folder of rule folders: ID/rule.rego, and for policies ID/data.yaml.
type Folder struct {
	FS   fs.FS
	Kind finding.Kind
	// Name is what errors call the folder; rules or policies when it is empty.
	Name string
}

// Options say what to load.
type Options struct {
	Folders []Folder
	// Library holds *.rego files that rules import.
	Library fs.FS
	// Trusted skips the compiler's checks, for rules that the tests have compiled with all of them.
	Trusted bool
}

// Engine is a loaded set of rules. It is immutable and safe for concurrent use.
type Engine struct {
	catalog *finding.Catalog
	queries map[string]query // by rule id
	encoder *encoder
	errors  []error
}

// LoadBuiltin loads the rules and policies that plimline comes with.
func LoadBuiltin(ctx context.Context) (*Engine, error) {
	library, err := fs.Sub(policies.FS, "lib")
	if err != nil {
		return nil, err
	}
	e, err := Load(ctx, Options{
		Folders: []Folder{{FS: rules.FS, Kind: finding.KindRule}, {FS: policies.FS, Kind: finding.KindPolicy}},
		Library: library,
		Trusted: true,
	})
	if err != nil {
		return nil, err
	}
	return e, errors.Join(e.errors...)
}

// Load loads rules. A rule that cannot be used is left out and named in Errors; the error is for what concerns all.
func Load(ctx context.Context, opt Options) (*Engine, error) {
	library, found, err := find(opt)
	if err != nil {
		return nil, err
	}
	parse(slices.Concat(library, found))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var broken []error
	for _, m := range library {
		broken = append(broken, m.err)
	}
	if err := errors.Join(broken...); err != nil {
		return nil, err
	}
	e := &Engine{encoder: newEncoder()}
	if e.queries, err = compile(library, found, opt.Trusted); err != nil {
		return nil, err
	}
	var catalogue []finding.Rule
	for _, m := range found {
		if m.err != nil {
			e.errors = append(e.errors, m.err)
			continue
		}
		catalogue = append(catalogue, m.rule)
	}
	e.catalog = finding.NewCatalog(catalogue)
	return e, nil
}

// Catalog is what the rules' METADATA says.
func (e *Engine) Catalog() *finding.Catalog { return e.catalog }

// Errors are the rules that could not be loaded, with file, line and cause.
func (e *Engine) Errors() []error { return e.errors }

// module is a Rego file: a rule's, or one of the library, which has no id.
type module struct {
	file   string
	id     string
	kind   finding.Kind
	text   []byte
	data   []byte
	module *ast.Module
	rule   finding.Rule
	err    error
}

// find reads the files of the library and of the rules, in the order of their names.
func find(opt Options) (library, found []*module, err error) {
	if opt.Library != nil {
		files, err := fs.Glob(opt.Library, "*.rego")
		if err != nil {
			return nil, nil, err
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.rego") {
				continue
			}
			text, err := fs.ReadFile(opt.Library, file)
			if err != nil {
				return nil, nil, err
			}
			library = append(library, &module{file: "lib/" + file, text: text})
		}
	}
	first := map[string]*module{}
	for _, folder := range opt.Folders {
		if folder.Name == "" {
			folder.Name = section(folder.Kind)
		}
		files, err := fs.Glob(folder.FS, "*/rule.rego")
		if err != nil {
			return nil, nil, err
		}
		for _, file := range files {
			id := path.Dir(file)
			m := &module{file: path.Join(folder.Name, file), id: id, kind: folder.Kind}
			if m.text, err = fs.ReadFile(folder.FS, file); err != nil {
				return nil, nil, err
			}
			m.data, err = fs.ReadFile(folder.FS, id+"/data.yaml")
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, nil, err
			}
			if other := first[id]; other != nil {
				m.err = fmt.Errorf("%s: %s is already the id of %s", m.file, id, other.file)
			} else {
				first[id] = m
			}
			found = append(found, m)
		}
	}
	return library, found, nil
}

// parse parses all files, as many at a time as there are processors.
func parse(modules []*module) {
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for _, m := range modules {
		if m.err == nil {
			work.Go(func() error {
				m.parse()
				return nil
			})
		}
	}
	_ = work.Wait() // each module keeps its own error
}

func (m *module) parse() {
	options := ast.ParserOptions{ProcessAnnotation: m.id != "", RegoVersion: ast.RegoV1, Capabilities: capabilities()}
	m.module, m.err = ast.ParseModuleWithOpts(m.file, string(m.text), options)
	if m.err != nil {
		var list ast.Errors
		if errors.As(m.err, &list) {
			m.err = compileError(list)
		}
		return
	}
	if m.id != "" {
		m.err = errors.Join(m.metadata(), m.shape())
	}
}

// shape checks what the compiler cannot know: that a rule has findings, and that it looks at no other rule.
// Rules are compiled in groups, and a faulty one is left out, so what another rule says is not there to be read.
func (m *module) shape() error {
	var problems []error
	if !slices.ContainsFunc(m.module.Rules, func(r *ast.Rule) bool { return r.Head.Ref()[0].Equal(ast.VarTerm("findings")) }) {
		problems = append(problems, fmt.Errorf("%s:%d: the package has no rule named findings", m.file, m.module.Package.Location.Row))
	}
	ast.WalkRefs(m.module, func(r ast.Ref) bool {
		if r[0].Equal(ast.DefaultRootDocument) && !m.mayRead(r) {
			l := r[0].Location
			problems = append(problems, fmt.Errorf("%s:%d:%d: %s is out of reach: a rule reads its own package, data.plimline.lib and data.plimline.parameters",
				m.file, l.Row, l.Col, r))
		}
		return false
	})
	return errors.Join(problems...)
}

func (m *module) mayRead(r ast.Ref) bool {
	for _, name := range []string{"lib", "parameters"} {
		if r.HasPrefix(ast.Ref{ast.DefaultRootDocument, ast.InternedTerm("plimline"), ast.InternedTerm(name)}) {
			return true
		}
	}
	return r.HasPrefix(m.module.Package.Path)
}
