package policy

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"golang.org/x/sync/errgroup"
)

// query is what asks for a rule's findings, and the compiler that knows the rule.
type query struct {
	body     ast.Body
	compiler *ast.Compiler
	err      error // why the rule cannot be used
}

// group is rules that are compiled together, with a library of their own. Compiling takes most of a cold start and
// uses one processor, so the rules are compiled in as many groups as there are processors; each source of the user's is a group.
type group struct {
	rules    []*module
	library  []*module // the user's own, beside plimline's
	size     int       // of the rules' text
	trusted  bool
	compiler *ast.Compiler
}

// compile compiles the rules that parse. One that does not compile keeps its error; the error returned is the library's.
func compile(ctx context.Context, guard *guard, library, rules []*module) (map[string]query, error) {
	groups := grouped(rules)
	var work errgroup.Group
	for _, g := range groups {
		work.Go(func() error { return g.compile(ctx, guard, library) })
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	queries := make(map[string]query, len(rules))
	for _, g := range groups {
		for _, m := range g.rules {
			if m.err == nil {
				queries[m.id] = query{body: m.query(), compiler: g.compiler}
			}
		}
	}
	for _, m := range rules {
		if _, ok := queries[m.id]; !ok {
			queries[m.id] = query{err: m.err}
		}
	}
	return queries, nil
}

// grouped are the groups of rules that parse.
func grouped(rules []*module) []*group {
	var builtin []*module
	var groups []*group
	bySource := map[*userSource]*group{}
	for _, m := range rules {
		switch {
		case m.err != nil:
		case m.source == nil:
			builtin = append(builtin, m)
		default:
			g := bySource[m.source]
			if g == nil {
				g = &group{library: m.source.library}
				bySource[m.source], groups = g, append(groups, g)
			}
			g.rules = append(g.rules, m)
		}
	}
	if len(builtin) > 0 {
		groups = append(groups, split(builtin, runtime.GOMAXPROCS(0))...)
	}
	return groups
}

// split deals plimline's rules out to at most n groups with about the same amount of text each.
// A few rules are not worth a second library.
func split(rules []*module, n int) []*group {
	const worthwhile = 8
	rules = slices.Clone(rules)
	groups := make([]*group, max(1, min(n, len(rules)/worthwhile)))
	for i := range groups {
		groups[i] = &group{trusted: rules[0].trusted}
	}
	slices.SortStableFunc(rules, func(a, b *module) int { return len(b.text) - len(a.text) })
	for _, m := range rules {
		g := slices.MinFunc(groups, func(a, b *group) int { return a.size - b.size })
		g.rules = append(g.rules, m)
		g.size += len(m.text)
	}
	return groups
}

// compile compiles the group. A rule that does not compile is left out and its error noted, and so are all of them when it is their own
// library that does not; an error in plimline's is returned.
func (g *group) compile(ctx context.Context, guard *guard, library []*module) error {
	modules := map[string]*ast.Module{}
	for _, m := range slices.Concat(library, g.library, g.rules) {
		modules[m.file] = m.module
	}
	refuse := func(err error) {
		for _, m := range g.rules {
			if m.err == nil {
				m.err = fmt.Errorf("%s: cannot be used: %w", m.file, err)
			}
		}
	}
	if err := tooLarge(slices.Concat(g.library, g.rules)); err != nil {
		refuse(err)
		return nil
	}
	for {
		g.compiler = newCompiler(g.trusted)
		if g.trusted {
			g.compiler.Compile(modules)
		} else if err := guard.compile(ctx, g.name(), g.compiler, modules); err != nil {
			refuse(err)
			return nil
		}
		if !g.compiler.Failed() {
			g.checkHelpers()
			return nil
		}
		guilty := false
		for _, m := range g.rules {
			if list := ofFile(g.compiler.Errors, m.file); len(list) > 0 {
				m.err = compileError(list, functions(slices.Concat(library, g.library))...)
				delete(modules, m.file)
				guilty = true
			}
		}
		if guilty {
			continue
		}
		err := compileError(g.compiler.Errors)
		if g.library == nil {
			return err
		}
		refuse(err)
		return nil
	}
}

// name is what the guard calls the group.
func (g *group) name() string {
	if s := g.rules[0].source; s != nil {
		return s.Name
	}
	return g.rules[0].file
}

// checkHelpers notes rules that name helpers which the library does not have.
func (g *group) checkHelpers() {
	for _, m := range g.rules {
		if !g.trusted && m.err == nil {
			m.err = missingHelpers(g.compiler, m)
		}
	}
}

// query is what asks for the rule's findings. It is written as the query compiler would leave it.
func (m *module) query() ast.Body {
	ref := append(slices.Clip(m.module.Package.Path), ast.InternedTerm("findings"))
	return ast.NewBody(ast.Equality.Expr(ast.VarTerm("findings"), ast.NewTerm(ref)))
}

func ofFile(list ast.Errors, file string) ast.Errors {
	return slices.DeleteFunc(slices.Clone(list), func(e *ast.Error) bool { return e.Location == nil || e.Location.File != file })
}

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
	return limit(c).WithStrict(true).WithSchemas(schemas).WithUseTypeCheckAnnotations(true)
}
