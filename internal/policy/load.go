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
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/policies"
	"github.com/plimline/plimline/rules"
)

// Folder is a folder of rule folders: ID/rule.rego, and for policies ID/data.yaml.
type Folder struct {
	FS   fs.FS
	Kind finding.Kind
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
		Folders: []Folder{{rules.FS, finding.KindRule}, {policies.FS, finding.KindPolicy}},
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
	sources, err := find(opt)
	if err != nil {
		return nil, err
	}
	e := &Engine{queries: map[string]query{}, encoder: newEncoder()}
	parse(sources, opt.Trusted)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, s := range sources {
		if s.err != nil {
			e.errors = append(e.errors, s.err)
		}
	}
	groups := split(sources)
	failed := make([]error, len(groups))
	var wait sync.WaitGroup
	for i, g := range groups {
		wait.Go(func() { failed[i] = g.compile(opt.Trusted) })
	}
	wait.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	var catalogue []finding.Rule
	for _, g := range groups {
		for _, s := range g.modules {
			switch {
			case s.id == "":
			case s.err != nil:
				e.errors = append(e.errors, s.err)
			default:
				e.queries[s.id] = query{s.query, g.compiler}
				catalogue = append(catalogue, s.rule)
			}
		}
	}
	e.catalog = finding.NewCatalog(catalogue)
	return e, nil
}

// group is rules that are compiled together, with a library of their own. Compiling takes most of a cold start and
// uses one processor, so the rules are compiled in as many groups as there are processors.
type group struct {
	modules  []*module
	compiler *ast.Compiler
}

// split deals the modules that parse out to groups. A few rules are not worth a second library.
func split(sources []*module) []*group {
	const worthwhile = 8
	var library, rules []*module
	for _, s := range sources {
		switch {
		case s.err != nil:
		case s.id == "":
			library = append(library, s)
		default:
			rules = append(rules, s)
		}
	}
	groups := make([]*group, max(1, min(runtime.GOMAXPROCS(0), len(rules)/worthwhile)))
	for i := range groups {
		groups[i] = &group{modules: slices.Clone(library)}
	}
	for i, r := range rules {
		g := groups[i%len(groups)]
		g.modules = append(g.modules, r)
	}
	return groups
}

// compile compiles the group. A rule that does not compile is left out and its error noted; an error in the library is returned.
func (g *group) compile(trusted bool) error {
	modules := map[string]*ast.Module{}
	for _, s := range g.modules {
		modules[s.file] = s.module
	}
	for {
		g.compiler = newCompiler(trusted)
		g.compiler.Compile(modules)
		if !g.compiler.Failed() {
			break
		}
		guilty := culprits(g.compiler.Errors, g.modules)
		if len(guilty) == 0 {
			return compileError(g.compiler.Errors)
		}
		for _, s := range guilty {
			s.err = compileError(ofFile(g.compiler.Errors, s.file))
			delete(modules, s.file)
		}
	}
	for _, s := range g.modules {
		if s.id == "" || s.err != nil {
			continue
		}
		ref := append(slices.Clip(s.module.Package.Path), ast.InternedTerm("findings"))
		body := ast.NewBody(ast.Equality.Expr(ast.VarTerm("findings"), ast.NewTerm(ref)))
		var err error
		if s.query, err = g.compiler.QueryCompiler().Compile(body); err != nil {
			return err
		}
	}
	return nil
}

// query is what asks for a rule's findings.
type query struct {
	body     ast.Body
	compiler *ast.Compiler
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
	query  ast.Body
	err    error
}

// find reads the files, in the order of their names.
func find(opt Options) ([]*module, error) {
	var out []*module
	if opt.Library != nil {
		files, err := fs.Glob(opt.Library, "*.rego")
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.rego") {
				continue
			}
			text, err := fs.ReadFile(opt.Library, file)
			if err != nil {
				return nil, err
			}
			out = append(out, &module{file: "lib/" + file, text: text})
		}
	}
	for _, folder := range opt.Folders {
		files, err := fs.Glob(folder.FS, "*/rule.rego")
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			id := path.Dir(file)
			m := &module{file: string(folder.Kind) + "s/" + file, id: id, kind: folder.Kind}
			if folder.Kind == finding.KindPolicy {
				m.file = "policies/" + file
			}
			if m.text, err = fs.ReadFile(folder.FS, file); err != nil {
				return nil, err
			}
			m.data, err = fs.ReadFile(folder.FS, id+"/data.yaml")
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			out = append(out, m)
		}
	}
	return out, nil
}

// parse parses all files, as many at a time as there are processors.
func parse(modules []*module, trusted bool) {
	var wait sync.WaitGroup
	work := make(chan *module)
	for range min(runtime.GOMAXPROCS(0), len(modules)) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for m := range work {
				m.parse()
			}
		}()
	}
	for _, m := range modules {
		work <- m
	}
	close(work)
	wait.Wait()
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
		m.err = m.metadata()
	}
}

// culprits are the rules that errors point at. Errors in the library concern everything and have none.
func culprits(list ast.Errors, modules []*module) []*module {
	var out []*module
	for _, m := range modules {
		if m.err == nil && m.id != "" && len(ofFile(list, m.file)) > 0 {
			out = append(out, m)
		}
	}
	return out
}

func ofFile(list ast.Errors, file string) ast.Errors {
	return slices.DeleteFunc(slices.Clone(list), func(e *ast.Error) bool { return e.Location == nil || e.Location.File != file })
}

// compileError puts OPA's errors into lines of "file:line:column: message".
func compileError(list ast.Errors) error {
	var out []error
	for _, e := range list {
		message := e.Message
		if e.Details != nil {
			for _, line := range e.Details.Lines() {
				message += "\n\t" + line
			}
		}
		if e.Location == nil {
			out = append(out, errors.New(message))
			continue
		}
		out = append(out, fmt.Errorf("%s:%d:%d: %s", e.Location.File, e.Location.Row, e.Location.Col, message))
	}
	return errors.Join(out...)
}

// capabilities are what rules may use: nothing that reaches the network, the environment, the clock, or chance.
var capabilities = sync.OnceValue(func() *ast.Capabilities {
	c := *ast.CapabilitiesForThisVersion()
	c.AllowNet = []string{}
	c.Builtins = slices.DeleteFunc(slices.Clone(c.Builtins), func(b *ast.Builtin) bool {
		if slices.Contains([]string{"opa.runtime", "trace", "time.now_ns", "rego.parse_module", "json.verify_schema", "json.match_schema"}, b.Name) {
			return true
		}
		return slices.ContainsFunc([]string{"http.", "net.", "rand.", "uuid.", "io.jwt.", "providers.", "crypto.x509.", "graphql."},
			func(prefix string) bool { return strings.HasPrefix(b.Name, prefix) })
	})
	return &c
})

// checked are the compiler's stages that only refuse faulty modules; the tests run them on the built-in ones.
// CheckSafetyRuleBodies is not among them: it puts bodies in order.
func checked() []ast.StageID {
	return []ast.StageID{
		ast.StageCheckUnusedImports, ast.StageCheckKeywordOverrides, ast.StageCheckDuplicateImports, ast.StageCheckVoidCalls,
		ast.StageParseMetadataBlocks, ast.StageSetAnnotationSet, ast.StageRewriteRegoMetadataCalls, ast.StageCheckRuleConflicts,
		ast.StageCheckUndefinedFuncs, ast.StageCheckSafetyRuleHeads, ast.StageRewriteTestRulesForTracing, ast.StageCheckRecursion,
		ast.StageCheckTypes, ast.StageCheckUnsafeBuiltins, ast.StageCheckDeprecatedBuiltins, ast.StageBuildRequiredCapabilities,
	}
}

func newCompiler(trusted bool) *ast.Compiler {
	c := ast.NewCompiler().WithCapabilities(capabilities()).WithDefaultRegoVersion(ast.RegoV1)
	if trusted {
		return c.WithSkipStages(checked()...)
	}
	schemas := ast.NewSchemaSet()
	schemas.Put(ast.SchemaRootRef, inputSchema())
	return c.WithStrict(true).WithSchemas(schemas).WithUseTypeCheckAnnotations(true)
}
