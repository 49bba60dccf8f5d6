package policy

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
)

// Own is a rule of the user's.
type Own struct {
	finding.Rule
	File string // as errors name it
	// Examples is where its examples are: the rule's folder, or one beside a short form that is called like it; nil when there is none.
	Examples fs.FS
	// Folder says that it is a rule folder, which has a page.
	Folder bool
}

// Own are the user's rules that can be used, sorted by id.
func (e *Engine) Own() []Own {
	var out []Own
	for _, r := range e.catalog.Rules() {
		m := e.modules[r.ID]
		if m.source == nil || m.err != nil {
			continue
		}
		own := Own{Rule: r, File: m.file, Folder: path.Base(m.name) == ruleFile}
		dir := path.Dir(m.name)
		if !own.Folder {
			dir = path.Join(dir, r.ID)
		}
		if info, err := fs.Stat(m.source.FS, dir); err == nil && info.IsDir() {
			own.Examples, _ = fs.Sub(m.source.FS, dir)
		}
		out = append(out, own)
	}
	return out
}

// TestResult is what became of a test_ rule in a *_test.rego.
type TestResult struct {
	Name   string // with its package, without "data."
	File   string
	Line   int // 1-based
	Passed bool
	// Skipped is true for todo_test_ rules.
	Skipped bool
	Message string // why it failed
	Output  string // of print
	Time    time.Duration
}

// Test runs the *_test.rego of the sources whose names match a regular expression. They see the defaults of the policies' parameters, and as
// data.plimline.examples[ID][NAME] the documents of the examples.
//
// It means what OPA's own tester means, whose package brings a compiler to WebAssembly and 4 MB along. A test with cases, test_x[name], is true
// when all are that were come by.
//
// The error has a line for each file that cannot be used; the tests in the others are run all the same.
func (e *Engine) Test(ctx context.Context, filter *regexp.Regexp, examples map[string]map[string]*document.Document, coverage *Coverage) ([]TestResult, error) {
	out, err := e.testOthers(ctx, filter, coverage)
	problems := []error{err}
	modules, tests, err := e.testModules()
	problems = append(problems, err)
	r := &testRun{guard: e.guard, coverage: coverage, store: inmem.NewFromASTObject(e.testData(examples)), builtins: boundedBuiltins()}
	for {
		r.compiler = limit(ast.NewCompiler()).WithCapabilities(capabilities()).WithDefaultRegoVersion(ast.RegoV1).WithEnablePrintStatements(true)
		if err := e.guard.compile(ctx, "the tests", r.compiler, modules); err != nil {
			return out, errors.Join(append(problems, fmt.Errorf("the tests cannot be used: %w", err))...)
		}
		if !r.compiler.Failed() {
			break
		}
		guilty := false
		tests = slices.DeleteFunc(tests, func(m *module) bool {
			list := ofFile(r.compiler.Errors, m.file)
			if len(list) > 0 {
				guilty = true
				problems = append(problems, compileError(list))
				delete(modules, m.file)
			}
			return len(list) > 0
		})
		if !guilty {
			return out, errors.Join(append(problems, compileError(r.compiler.Errors))...)
		}
	}
	for _, m := range tests {
		out = append(out, r.file(ctx, m, filter)...)
	}
	slices.SortStableFunc(out, func(a, b TestResult) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, strings.Compare(a.Name, b.Name))
	})
	return out, errors.Join(append(problems, ctx.Err())...)
}

// testRun is what tests share.
type testRun struct {
	compiler *ast.Compiler
	store    storage.Store
	coverage *Coverage
	guard    *guard
	builtins map[string]*topdown.Builtin
}

// file runs the tests of a file.
func (r *testRun) file(ctx context.Context, m *module, filter *regexp.Regexp) []TestResult {
	var out []TestResult
	seen := map[string]bool{}
	for _, rule := range m.module.Rules {
		// What follows the name are the names of cases.
		name := rule.Head.Ref()
		last := slices.IndexFunc(name, func(t *ast.Term) bool {
			part := strings.Trim(t.String(), `"`)
			return strings.HasPrefix(part, "test_") || strings.HasPrefix(part, "todo_test_")
		})
		if last < 0 {
			continue
		}
		name = name[:last+1]
		t := TestResult{File: m.file, Line: rule.Location.Row, Skipped: strings.HasPrefix(strings.Trim(name[last].String(), `"`), "todo_")}
		t.Name = strings.TrimPrefix(m.module.Package.Path.Extend(name).String(), "data.")
		// Rules of one name are one test.
		if seen[t.Name] || !filter.MatchString(t.Name) {
			continue
		}
		seen[t.Name] = true
		if !t.Skipped {
			r.run(ctx, &t, m.module.Package.Path.Extend(name))
		}
		out = append(out, t)
	}
	return out
}

// run asks whether a test is true.
func (r *testRun) run(ctx context.Context, t *TestResult, ref ast.Ref) {
	began := time.Now()
	o := run(ctx, r.guard, task[TestResult]{t.Name, within(defaultTime), func(cancel topdown.Cancel) (TestResult, error) {
		return r.ask(ctx, cancel, *t, ref)
	}})[0]
	t.Time = time.Since(began)
	if o.err != nil {
		t.Message = plain(o.err).Error()
		return
	}
	t.Passed, t.Message, t.Output = o.result.Passed, o.result.Message, o.result.Output
}

// maxPrinted is the bytes of print's output that are kept of a test.
const maxPrinted = 64 << 10

// ask asks whether a test is true.
func (r *testRun) ask(ctx context.Context, cancel topdown.Cancel, t TestResult, ref ast.Ref) (TestResult, error) {
	txn, err := r.store.NewTransaction(ctx)
	if err != nil {
		return t, err
	}
	defer r.store.Abort(ctx, txn)
	output := &limited{left: maxPrinted}
	last := &lastFailure{file: t.File}
	query := topdown.NewQuery(ast.NewBody(ast.Equality.Expr(ast.VarTerm("x"), ast.NewTerm(ref)))).
		WithCompiler(r.compiler).WithStore(r.store).WithTransaction(txn).WithCancel(cancel).WithMetrics(metrics.NoOp()).
		WithPrintHook(topdown.NewPrintHook(output)).WithQueryTracer(last).WithBuiltins(r.builtins)
	if r.coverage != nil {
		query = query.WithQueryTracer(r.coverage)
	}
	cases := newTestCases(r.compiler, ref)
	if cases != nil {
		query = query.WithQueryTracer(cases)
	}
	err = query.Iter(ctx, func(result topdown.QueryResult) error {
		if cases != nil {
			cases.passed(result[ast.Var("x")].Value)
		}
		t.Passed = ast.Boolean(true).Equal(result[ast.Var("x")].Value)
		return nil
	})
	if cases != nil {
		t.Passed = len(cases.seen) > 0 && len(cases.failed()) == 0
	}
	t.Output = output.String()
	switch {
	case topdown.IsCancel(err):
		return t, err
	case err != nil:
		t.Message = plain(err).Error()
	case !t.Passed && cases != nil && len(cases.failed()) > 0:
		t.Message = "cases that are not true: " + strings.Join(cases.failed(), ", ")
	case !t.Passed && last.at != nil:
		t.Message = fmt.Sprintf("line %d is not true: %s", last.at.Row, strings.TrimSpace(string(last.at.Text)))
	case !t.Passed:
		t.Message = "it is not true"
	}
	return t, nil
}

// limited keeps the beginning of what is written.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left > 0 {
		l.Buffer.Write(p[:min(len(p), l.left)])
		if l.left -= len(p); l.left < 0 {
			l.Buffer.WriteString("...\n")
		}
	}
	return len(p), nil
}

// lastFailure is a tracer that remembers what was last found not to be true in a file.
type lastFailure struct {
	file string
	at   *ast.Location
}

func (*lastFailure) Enabled() bool               { return true }
func (*lastFailure) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

func (l *lastFailure) TraceEvent(e topdown.Event) {
	if e.Op == topdown.FailOp && e.Location != nil && e.Location.File == l.file {
		l.at = e.Location
	}
}

// testModules are all modules that tests may use, and the tests among them that can be used.
func (e *Engine) testModules() (modules map[string]*ast.Module, tests []*module, err error) {
	modules = map[string]*ast.Module{}
	add := func(m *module) {
		if m.module != nil && m.err == nil {
			modules[m.file] = m.module
		}
	}
	for _, m := range e.library {
		if m.module == nil {
			m.parse()
		}
		add(m)
	}
	broken := map[string]string{}
	for _, m := range e.modules {
		if m.source == nil || m.other != nil {
			continue
		}
		if add(m); m.err != nil {
			broken[fmt.Sprintf("data.plimline.%s[%q]", section(m.kind), m.id)] = m.id
		}
	}
	var problems []error
	for _, s := range e.sources {
		for _, helper := range s.library {
			add(helper)
		}
		found, err := s.tests()
		problems = append(problems, err)
		for _, t := range found {
			i := slices.IndexFunc(dataRefs(t.module), func(r ast.Ref) bool { return len(r) > 3 && broken[r[:4].String()] != "" })
			if i >= 0 {
				problems = append(problems, fmt.Errorf("%s: not run: %s cannot be used", t.file, broken[dataRefs(t.module)[i][:4].String()]))
				continue
			}
			tests = append(tests, t)
			add(t)
		}
	}
	return modules, tests, errors.Join(problems...)
}

// tests parses the *_test.rego of a source. What cannot be used is in the error, and not among them.
func (s *userSource) tests() ([]*module, error) {
	files, err := s.testFiles()
	if err != nil {
		return nil, err
	}
	var out []*module
	var problems []error
	for _, m := range files {
		if pkg, err := PackageOf(m.text); err == nil && pkg[0] != "plimline" && len(s.others) > 0 {
			continue
		}
		if m.parse(); m.err != nil {
			problems = append(problems, m.err)
			continue
		}
		out = append(out, m)
	}
	return out, errors.Join(problems...)
}

// testFiles reads the *_test.rego of a source.
func (s *userSource) testFiles() ([]*module, error) {
	files, err := s.files(func(name string) bool { return strings.HasSuffix(name, testSuffix) })
	if err != nil {
		return nil, err
	}
	var out []*module
	for _, file := range files {
		m := &module{file: s.path(file), name: file, source: s}
		if m.text, err = readFile(s.FS, file, maxRego); err != nil {
			return nil, fmt.Errorf("read %s: %w", m.file, pathless(err))
		}
		out = append(out, m)
	}
	return out, nil
}

// testOthers runs the tests of policies for other tools: those that read something which a policy for Dockerfiles is made of, or nothing, as
// tests of built-in functions do; those are of the ones that there are here.
func (e *Engine) testOthers(ctx context.Context, filter *regexp.Regexp, coverage *Coverage) ([]TestResult, error) {
	used := map[*module]bool{}
	for _, m := range e.modules {
		if m.other != nil {
			for _, file := range m.other.files {
				used[file] = true
			}
		}
	}
	var out []TestResult
	var problems []error
	for _, s := range e.sources {
		if len(s.others) == 0 {
			continue
		}
		files, err := s.testFiles()
		if err != nil {
			return nil, err
		}
		// To the compiler a test is a rule that reads what it tests.
		var tests []*module
		for _, m := range files {
			pkg, err := PackageOf(m.text)
			if err == nil && pkg[0] == "plimline" {
				continue
			}
			if m.parseOther(); m.err != nil {
				problems = append(problems, m.err)
				continue
			}
			m.other = &otherRule{files: reach(append([]*module{m}, providers(m.module.Package.Path, s, e.sources)...), e.sources)}
			if len(m.other.files) == 1 || slices.ContainsFunc(m.other.files, func(file *module) bool { return used[file] }) {
				tests = append(tests, m)
			}
		}
		compiler, broken := compileFiles(ctx, e.guard, filesOf(tests), true)
		r := &testRun{guard: e.guard, coverage: coverage, store: inmem.NewFromASTObject(s.values), compiler: compiler, builtins: builtinsFor(filesOf(tests))}
		for _, m := range tests {
			if err := broken[m]; err != nil {
				if len(m.other.files) > 1 || !strings.Contains(err.Error(), "undefined function") {
					problems = append(problems, err)
				}
				continue
			}
			out = append(out, r.file(ctx, m, filter)...)
		}
	}
	return out, errors.Join(problems...)
}

// testData is what tests see as data.
func (e *Engine) testData(examples map[string]map[string]*document.Document) ast.Object {
	documents := ast.NewObject()
	for id, list := range examples {
		of := ast.NewObject()
		for name, doc := range list {
			of.Insert(ast.StringTerm(name), e.encoder.encode(doc))
		}
		documents.Insert(ast.StringTerm(id), ast.NewTerm(of))
	}
	parameters := ast.NewObject()
	for _, r := range e.catalog.Rules() {
		if value, err := ast.InterfaceToValue(r.Parameters); err == nil && r.Parameters != nil {
			parameters.Insert(ast.StringTerm(r.ID), ast.NewTerm(value))
		}
	}
	return ast.NewObject(ast.Item(ast.StringTerm("plimline"), ast.ObjectTerm(
		ast.Item(ast.StringTerm("parameters"), ast.NewTerm(parameters)),
		ast.Item(ast.StringTerm("examples"), ast.NewTerm(documents)),
	)))
}

// Coverage is which lines of policies were used. It is a tracer, and safe for concurrent use.
type Coverage struct {
	mu   sync.Mutex
	used map[string]map[int]bool // file, 1-based line
}

// NewCoverage makes a Coverage that has seen nothing.
func NewCoverage() *Coverage { return &Coverage{used: map[string]map[int]bool{}} }

// Enabled is for OPA.
func (*Coverage) Enabled() bool { return true }

// Config is for OPA.
func (*Coverage) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

// TraceEvent notes expressions that are evaluated, and rules that give something.
func (c *Coverage) TraceEvent(e topdown.Event) {
	var at *ast.Location
	switch node := e.Node.(type) {
	case *ast.Rule:
		if e.Op == topdown.ExitOp {
			at = node.Head.Location
		}
	case *ast.Expr:
		if e.Op == topdown.EvalOp {
			at = node.Location
		}
	}
	if at == nil || at.File == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.used[at.File] == nil {
		c.used[at.File] = map[int]bool{}
	}
	for row := at.Row; row <= at.Row+bytes.Count(at.Text, []byte("\n")); row++ {
		c.used[at.File][row] = true
	}
}

// FileCoverage is the coverage of a file: 1-based lines.
type FileCoverage struct {
	File                string
	Covered, NotCovered []int
}

// Files are those of the user's rules and helpers, sorted by name.
func (c *Coverage) Files(e *Engine) []FileCoverage {
	modules := map[string]*ast.Module{}
	for _, m := range e.modules {
		if m.source == nil || m.module == nil {
			continue
		}
		modules[m.file] = m.module
		for _, helper := range m.source.library {
			modules[helper.file] = helper.module
		}
	}
	for _, m := range e.modules {
		if m.other != nil && m.err == nil {
			for _, file := range m.other.files {
				modules[file.file] = file.module
			}
		}
	}
	var out []FileCoverage
	for _, file := range slices.Sorted(maps.Keys(modules)) {
		f := FileCoverage{File: file}
		for row := range lines(modules[file]) {
			if c.used[file][row] {
				f.Covered = append(f.Covered, row)
			} else {
				f.NotCovered = append(f.NotCovered, row)
			}
		}
		slices.Sort(f.Covered)
		slices.Sort(f.NotCovered)
		out = append(out, f)
	}
	return out
}

// lines are the 1-based lines of a module that can be used: heads of rules, and expressions.
func lines(m *ast.Module) map[int]bool {
	out := map[int]bool{}
	ast.WalkRules(m, func(r *ast.Rule) bool {
		out[r.Head.Location.Row] = true
		return false
	})
	ast.WalkExprs(m, func(x *ast.Expr) bool {
		// "some x" does nothing, "some x in y" does.
		if some, ok := x.Terms.(*ast.SomeDecl); ok {
			if _, in := some.Symbols[0].Value.(ast.Call); !in {
				return false
			}
		}
		if x.Location != nil && x.Location.Row > 0 {
			out[x.Location.Row] = true
		}
		return false
	})
	return out
}

// Advice says what is odd in the user's policies without being wrong: parameters that nothing reads, and ones that are read and not there.
func (e *Engine) Advice() []string {
	var out []string
	for _, own := range e.Own() {
		m := e.modules[own.ID]
		read, all := map[string]*ast.Location{}, false
		prefix := ast.Ref{ast.DefaultRootDocument, ast.InternedTerm("plimline"), ast.InternedTerm("parameters"), ast.InternedTerm(own.ID)}
		compiled := (*e.queries.Load())[own.ID].compiler.Modules[m.file]
		ast.WalkRefs(compiled, func(r ast.Ref) bool {
			switch {
			case !r.HasPrefix(prefix[:3]):
			case len(r) > 4 && r.HasPrefix(prefix):
				if name, ok := r[4].Value.(ast.String); ok {
					read[string(name)] = r[0].Location
				} else {
					all = true
				}
			case len(r) <= 4 && (len(r) < 4 || r.HasPrefix(prefix)):
				all = true
			}
			return false
		})
		for _, name := range slices.Sorted(maps.Keys(own.Parameters)) {
			if read[name] == nil && !all {
				out = append(out, fmt.Sprintf("%s: nothing reads the parameter %q", m.file, name))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(read)) {
			if _, ok := own.Parameters[name]; !ok {
				out = append(out, fmt.Sprintf("%s:%d: the parameter %q has no default in data.yaml or METADATA", m.file, read[name].Row, name))
			}
		}
	}
	return out
}
