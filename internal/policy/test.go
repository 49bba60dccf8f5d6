package policy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

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
func (e *Engine) Test(ctx context.Context, filter string, examples map[string]map[string]*document.Document, coverage *Coverage) ([]TestResult, error) {
	modules, err := e.testModules()
	if err != nil || modules == nil {
		return nil, err
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities()).WithDefaultRegoVersion(ast.RegoV1).WithEnablePrintStatements(true)
	store := inmem.NewFromASTObject(e.testData(examples))
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer store.Abort(ctx, txn)
	runner := tester.NewRunner().SetCompiler(compiler).SetStore(store).CapturePrintOutput(true).SetTimeout(defaultTime).SetModules(modules).Filter(filter)
	if coverage != nil {
		runner.SetCoverageQueryTracer(coverage.cover).SetCoverageRuns(nil)
	}
	results, err := runner.RunTests(ctx, txn)
	var list ast.Errors
	if errors.As(err, &list) {
		return nil, compileError(list)
	}
	if err != nil {
		return nil, err
	}
	var out []TestResult
	for r := range results {
		t := TestResult{
			Name: strings.TrimPrefix(r.Package, "data.") + "." + r.Name, File: r.Location.File, Line: r.Location.Row,
			Passed: r.Pass(), Skipped: r.Skip, Output: string(r.Output), Time: r.Duration,
		}
		switch {
		case r.Error != nil:
			t.Message = plain(r.Error).Error()
		case r.Fail:
			t.Message = failure(r)
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b TestResult) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, strings.Compare(a.Name, b.Name))
	})
	return out, ctx.Err()
}

// failure says which line of a test was not true, and for which of its cases.
func failure(r *tester.Result) string {
	text := "it is not true"
	if r.FailedAt != nil && r.FailedAt.Location != nil {
		text = fmt.Sprintf("line %d is not true: %s", r.FailedAt.Location.Row, r.FailedAt.Location.Text)
	}
	var cases []string
	for name, sub := range r.SubResults.Iter {
		if sub.Fail {
			cases = append(cases, strings.Join(name, "/"))
		}
	}
	if len(cases) > 0 {
		text += ", for " + strings.Join(cases, ", ")
	}
	return text
}

// testModules are all modules that tests may use, and the tests; nil when there are no tests.
func (e *Engine) testModules() (map[string]*ast.Module, error) {
	modules := map[string]*ast.Module{}
	for _, m := range e.library {
		if m.module == nil {
			m.parse()
		}
		modules[m.file] = m.module
	}
	tests := 0
	seen := map[*userSource]bool{}
	var problems []error
	for _, m := range e.modules {
		if m.source == nil {
			continue
		}
		if m.module != nil {
			modules[m.file] = m.module
		}
		if seen[m.source] {
			continue
		}
		seen[m.source] = true
		for _, helper := range m.source.library {
			modules[helper.file] = helper.module
		}
		found, err := m.source.tests()
		if err != nil {
			problems = append(problems, err)
		}
		for _, t := range found {
			modules[t.file] = t.module
			tests++
		}
	}
	if tests == 0 {
		return nil, errors.Join(problems...)
	}
	return modules, errors.Join(problems...)
}

// tests parses the *_test.rego of a source.
func (s *userSource) tests() ([]*module, error) {
	files, err := s.files(func(name string) bool { return strings.HasSuffix(name, testSuffix) })
	if err != nil {
		return nil, err
	}
	var out []*module
	var problems []error
	for _, file := range files {
		m := &module{file: path.Join(s.Name, file)}
		if m.text, err = fs.ReadFile(s.FS, file); err != nil {
			return nil, fmt.Errorf("read %s: %w", m.file, pathless(err))
		}
		m.parse()
		problems = append(problems, m.err)
		out = append(out, m)
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

// Coverage is which lines of policies were used.
type Coverage struct{ cover *cover.Cover }

// NewCoverage makes a Coverage that has seen nothing.
func NewCoverage() *Coverage { return &Coverage{cover.New()} }

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
	report := c.cover.Report(modules)
	var out []FileCoverage
	for file := range modules {
		f := report.Files[file]
		if f == nil {
			continue
		}
		lines := FileCoverage{File: file, Covered: rows(f.Covered)}
		lines.NotCovered = slices.DeleteFunc(rows(f.NotCovered), func(row int) bool { return slices.Contains(lines.Covered, row) })
		out = append(out, lines)
	}
	slices.SortFunc(out, func(a, b FileCoverage) int { return strings.Compare(a.File, b.File) })
	return out
}

func rows(ranges []cover.Range) []int {
	var out []int
	for _, r := range ranges {
		for row := r.Start.Row; row <= r.End.Row; row++ {
			out = append(out, row)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
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
