// Package policy loads rules and policies written in Rego, checks them, and evaluates them on documents.
// It is the only importer of Open Policy Agent, and uses its ast and topdown packages directly: the rego
// package costs a cold start 0.75 ms and the binary 2.4 MB.
package policy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
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
	// Trusted skips the compiler's checks, for rules that the tests have compiled with all of them. It is not for Sources.
	Trusted bool
	// Sources are the user's policies.
	Sources []Source
	// Coverage notes which lines of the user's policies are used; nil for not.
	Coverage *Coverage
}

// Engine is a loaded set of rules. It is safe for concurrent use. Trusted rules are parsed and compiled when they are first asked for:
// that is most of a cold start, and few runs have all of them on.
type Engine struct {
	catalog *finding.Catalog
	encoder *encoder
	errors  []error
	sources []*userSource
	cover   *Coverage
	guard   *guard

	library  []*module
	modules  map[string]*module          // by rule id
	builtins map[string]*topdown.Builtin // for other tools' policies

	queries atomic.Pointer[map[string]query] // by rule id; replaced, never changed
	mu      sync.Mutex                       // held to compile
}

// LoadBuiltin loads the rules and policies that plimline comes with, and the user's.
func LoadBuiltin(ctx context.Context, sources ...Source) (*Engine, error) {
	return LoadCovered(ctx, nil, sources...)
}

// LoadCovered is LoadBuiltin with a Coverage.
func LoadCovered(ctx context.Context, coverage *Coverage, sources ...Source) (*Engine, error) {
	library, err := fs.Sub(policies.FS, "lib")
	if err != nil {
		return nil, err
	}
	e, err := Load(ctx, Options{
		Folders: []Folder{{FS: rules.FS, Kind: finding.KindRule}, {FS: policies.FS, Kind: finding.KindPolicy}},
		Library: library,
		Trusted: true,
		Sources: sources, Coverage: coverage,
	})
	if err != nil || len(sources) > 0 {
		return e, err
	}
	return e, errors.Join(e.errors...)
}

// Load loads rules. A rule or a source that cannot be used is named in Errors; the error is for what concerns all.
func Load(ctx context.Context, opt Options) (*Engine, error) {
	library, found, err := find(opt)
	if err != nil {
		return nil, err
	}
	e := &Engine{encoder: newEncoder(), cover: opt.Coverage, guard: newGuard(ctx), library: library, modules: map[string]*module{}}
	if len(opt.Sources) > 0 {
		e.guard.load = newMeter(maxLoad)
	}
	for _, s := range opt.Sources {
		shared, mine, err := s.modules(e.guard)
		if err != nil {
			e.errors = append(e.errors, err)
			continue
		}
		e.sources = append(e.sources, shared)
		found = append(found, mine...)
	}
	each(found, func(m *module) { m.err = m.metadata() })
	unreadable := readData(e.sources)
	others := otherRules(ctx, e.guard, e.sources)
	found = append(found, others...)
	if len(others) > 0 {
		e.builtins = builtinsFor(filesOf(slices.DeleteFunc(slices.Clone(others), func(m *module) bool { return m.other == nil })))
	}
	for _, m := range others {
		if unreadable != nil {
			m.err = unreadable // without their data they would judge wrongly
		}
	}
	for _, s := range e.sources {
		if s.dataOnly && !slices.ContainsFunc(others, func(m *module) bool { return m.source != s }) {
			e.errors = append(e.errors, fmt.Errorf("%s: there is no policy in it, only data, and no other place has a policy that could read it", s.Name))
		}
		if len(s.others) > 0 && !slices.ContainsFunc(found, func(m *module) bool { return m.source == s || m.reads(s) }) {
			e.errors = append(e.errors, fmt.Errorf("%s: there is no policy for Dockerfiles in it: no package plimline.policies[\"ID\"], no rule deny, warn or violation of conftest's, no check of Trivy's for Dockerfiles", s.Name))
		}
	}
	for _, m := range found {
		switch other := e.modules[m.id]; {
		case other == nil:
			e.modules[m.id] = m
		case m.source != nil && m.err == nil && other.source == nil:
			m.err = fmt.Errorf("%s:%d: %s is the id of one of plimline's own; call yours something else", m.file, packageLine(m.text), m.id)
		case m.source != nil && m.err == nil:
			m.err = fmt.Errorf("%s:%d: %s is already the id of %s, which is used; call one of them something else", m.file, packageLine(m.text), m.id, other.file)
		}
	}
	if err := e.compile(ctx, slices.DeleteFunc(slices.Clone(found), func(m *module) bool { return m.trusted || e.modules[m.id] != m })); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var catalogue []finding.Rule
	for _, m := range found {
		// A file for other tools may have a say in several rules.
		if m.err != nil && !slices.ContainsFunc(e.errors, func(err error) bool { return err.Error() == m.err.Error() }) {
			e.errors = append(e.errors, m.err)
		}
		// The user's stay known by name when they are broken, so that what else is said of them is not called a mistake too.
		if m.err == nil || m.id != "" && m.source != nil && e.modules[m.id] == m {
			catalogue = append(catalogue, m.rule)
		}
	}
	e.catalog = finding.NewCatalog(catalogue)
	return e, nil
}

// Compile compiles rules that are not compiled yet. Errors of one rule are kept for when it is asked for; the error is for what concerns all.
func (e *Engine) Compile(active func(rule string) bool) error {
	_, err := e.compiled(func(r finding.Rule) bool { return active(r.ID) })
	return err
}

// compiled are the queries of at least the active rules.
func (e *Engine) compiled(active func(finding.Rule) bool) (map[string]query, error) {
	if ready, missing := e.missing(active); len(missing) == 0 {
		return ready, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	// Another may have done it meanwhile.
	if _, missing := e.missing(active); len(missing) > 0 {
		if err := e.compile(context.Background(), missing); err != nil {
			return nil, err
		}
	}
	return *e.queries.Load(), nil
}

// missing are the queries there are, and the active rules that have none.
func (e *Engine) missing(active func(finding.Rule) bool) (ready map[string]query, missing []*module) {
	if p := e.queries.Load(); p != nil {
		ready = *p
	}
	for _, r := range e.catalog.Rules() {
		if _, ok := ready[r.ID]; !ok && active(r) {
			missing = append(missing, e.modules[r.ID])
		}
	}
	return ready, missing
}

// compile parses and compiles rules, and the library when that has not been done.
func (e *Engine) compile(ctx context.Context, rules []*module) error {
	if len(rules) == 0 {
		return nil
	}
	native := slices.DeleteFunc(slices.Clone(rules), func(m *module) bool { return m.other != nil })
	others := slices.DeleteFunc(slices.Clone(rules), func(m *module) bool { return m.other == nil })
	each(append(slices.DeleteFunc(slices.Clone(e.library), func(m *module) bool { return m.module != nil }), native...), func(m *module) { m.parse() })
	var broken []error
	for _, m := range e.library {
		broken = append(broken, m.err)
	}
	if err := errors.Join(broken...); err != nil {
		return err
	}
	queries, err := compile(ctx, e.guard, e.library, native)
	if err != nil {
		return err
	}
	maps.Copy(queries, compileOthers(ctx, e.guard, others))
	if old := e.queries.Load(); old != nil {
		maps.Copy(queries, *old)
	}
	e.queries.Store(&queries)
	return nil
}

// Catalog is what the rules' METADATA says.
func (e *Engine) Catalog() *finding.Catalog { return e.catalog }

// Errors are the sources and rules that could not be loaded, with file, line and cause.
func (e *Engine) Errors() []error { return e.errors }

// module is a Rego file: a rule's, or one of the library, which has no id.
type module struct {
	file    string // as errors name it
	name    string // in the file system of its source
	id      string
	kind    finding.Kind
	text    []byte
	data    []byte
	trusted bool
	source  *userSource // nil for what plimline comes with
	other   *otherRule  // of a rule for another tool, whose module is nil: it may be in several files
	old     bool        // the module is parsed as Rego before OPA 1.0
	module  *ast.Module
	nodes   int // of the module's syntax tree, of a user's
	rule    finding.Rule
	err     error
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
			library = append(library, &module{file: "lib/" + file, text: text, trusted: true})
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
			m := &module{file: path.Join(folder.Name, file), id: id, kind: folder.Kind, trusted: opt.Trusted}
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

// each does something to all modules that have no error, to as many at a time as there are processors. Each module keeps its own error.
func each(modules []*module, do func(*module)) {
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for _, m := range modules {
		if m.err == nil {
			work.Go(func() error {
				do(m)
				return nil
			})
		}
	}
	_ = work.Wait()
}

func (m *module) parse() {
	if m.err = m.room(); m.err != nil {
		return
	}
	options := ast.ParserOptions{ProcessAnnotation: !m.trusted, RegoVersion: ast.RegoV1, Capabilities: capabilities()}
	m.module, m.err = ast.ParseModuleWithOpts(m.file, string(m.text), options)
	if m.err != nil {
		var list ast.Errors
		if errors.As(m.err, &list) {
			m.err = compileError(list)
		}
		return
	}
	if m.trusted {
		return
	}
	if m.err = m.measure(); m.err == nil && m.id != "" {
		m.err = m.shape()
	}
}

// shape checks what the compiler cannot know: that a rule has findings, and that it looks at no other rule.
// Rules are compiled in groups, and a faulty one is left out, so what another rule says is not there to be read.
func (m *module) shape() error {
	want := ast.Ref{ast.DefaultRootDocument, ast.InternedTerm("plimline"), ast.InternedTerm(section(m.kind)), ast.InternedTerm(m.id)}
	if !m.module.Package.Path.Equal(want) {
		return fmt.Errorf("%s:%d: the package is %s and must be plimline.%s[%q], after its folder",
			m.file, m.module.Package.Location.Row, strings.TrimPrefix(m.module.Package.String(), "package "), section(m.kind), m.id)
	}
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
