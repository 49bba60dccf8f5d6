package policy

import (
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"
)

// What strangers' policies may be, so that they can be parsed and compiled, which nothing can stop. Real ones stay far below.
const (
	maxRego    = 128 << 10 // bytes of a file
	maxData    = 4 << 20   // bytes of the data in a source, in JSON
	maxSetup   = 512 << 10 // bytes of it in YAML, which takes far more memory, and of a policy's parameters
	maxNesting = 400       // levels of the syntax tree
	maxClosure = 8         // comprehensions, every, template strings in each other: each level doubles what OPA does
	maxNodes   = 300_000   // of the syntax trees that are compiled together
	maxHead    = 16        // parts of a rule's name
	maxEdges   = 200_000   // from rules to others that they may read
	maxSpelled = 1_000_000 // parts of a value that is spelt out
)

// measure counts the nodes of the module. The error says what makes it too much for OPA's compiler; the module is gone then.
func (m *module) measure() error {
	m.nodes = 0
	depth, closures := 0, 0
	place := m.module.Package.Location
	var errs ast.Errors
	fail := func(format string, args ...any) {
		if errs == nil {
			errs = ast.Errors{ast.NewError(ast.CompileErr, place, format, args...)}
		}
	}
	closure := func(x any) int {
		switch x.(type) {
		case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension, *ast.Every, *ast.TemplateString:
			return 1
		}
		return 0
	}
	var visit *ast.BeforeAfterVisitor
	visit = ast.NewBeforeAfterVisitor(func(x any) bool {
		m.nodes++
		depth++
		closures += closure(x)
		switch x := x.(type) {
		case *ast.Rule:
			place = x.Location
			if len(x.Head.Reference) > maxHead {
				fail("the rule's name has more than %d parts", maxHead)
			}
		case *ast.TemplateString:
			for _, part := range x.Parts {
				visit.Walk(part)
			}
		case *ast.Comment, *ast.Annotations:
			return true
		}
		if depth > maxNesting {
			fail("more than %d levels are nested here", maxNesting)
		}
		if closures > maxClosure {
			fail("more than %d comprehensions, every or template strings are nested here", maxClosure)
		}
		return errs != nil
	}, func(x any) {
		depth--
		closures -= closure(x)
	})
	if visit.Walk(m.module); errs == nil {
		return nil
	}
	m.module = nil
	return compileError(errs)
}

// tooLarge says that modules are too many to be compiled together.
func tooLarge(modules []*module) error {
	nodes := 0
	for _, m := range modules {
		nodes += m.nodes
	}
	if nodes > maxNodes {
		return fmt.Errorf("the policies have more than %d parts together", maxNodes)
	}
	return nil
}

// limit adds what bounds a compiler that strangers' modules are given to.
func limit(c *ast.Compiler) *ast.Compiler {
	return c.WithStageAfterID(ast.StageSetRuleTree, ast.CompilerStageDefinition{Name: "LimitEdges", MetricName: "limit_edges", Stage: limitEdges}).
		WithStageAfterID(ast.StageCheckRecursion, ast.CompilerStageDefinition{Name: "LimitValues", MetricName: "limit_values", Stage: limitValues})
}

// limitEdges bounds the graph that the compiler is about to make.
func limitEdges(c *ast.Compiler) *ast.Error {
	var refs []ast.Ref
	rules := 0
	for _, m := range c.Modules {
		rules += len(m.Rules)
		ast.WalkRefs(m, func(r ast.Ref) bool {
			if r[0].Equal(ast.DefaultRootDocument) {
				refs = append(refs, r)
			}
			return false
		})
	}
	if len(refs)*rules <= maxEdges {
		return nil
	}
	edges := 0
	for _, r := range refs {
		if edges += len(c.GetRulesDynamicWithOpts(r, ast.RulesOptions{IncludeHiddenModules: true})); edges > maxEdges {
			return ast.NewError(ast.CompileErr, r[0].Location, "the rules read too many others; %d ways from one to another are the most", maxEdges)
		}
	}
	return nil
}

// limitValues bounds what rules spell out. With y := [x, x], z := [y, y] and so on, OPA makes, compares and types something that doubles with each
// line.
func limitValues(c *ast.Compiler) *ast.Error {
	s := &speller{compiler: c, known: map[*ast.Rule]*spelled{}}
	var failed *ast.Error
	c.RuleTree.DepthFirst(func(node *ast.TreeNode) bool {
		for _, r := range node.Values {
			if s.rule(r).most.total() > maxSpelled && failed == nil {
				failed = ast.NewError(ast.CompileErr, r.Location, "%s spells out a value of more than %d parts", r.Head.Name, maxSpelled)
			}
		}
		return failed != nil
	})
	return failed
}

// form is how many parts a value has: some of its own, and how often each parameter of the function is among them.
type form struct {
	own float64
	of  []float64
}

func (f form) total() float64 {
	sum := f.own
	for _, x := range f.of {
		sum += x
	}
	return sum
}

// plus adds the other one, so many times.
func (f form) plus(times float64, other form) form {
	f.own += times * other.own
	if len(other.of) > 0 {
		of := make([]float64, max(len(f.of), len(other.of)))
		copy(of, f.of)
		for i, x := range other.of {
			of[i] += times * x
		}
		f.of = of
	}
	return f
}

// with is the form with arguments for the parameters.
func (f form) with(args []form) form {
	out := form{own: f.own}
	for i, times := range f.of {
		if times > 0 && i < len(args) {
			out = out.plus(min(times, 2*maxSpelled), args[i])
		}
	}
	return out
}

// spelled is what a rule spells out: its value, and the largest of all values in it.
type spelled struct{ value, most form }

type speller struct {
	compiler *ast.Compiler
	known    map[*ast.Rule]*spelled
}

func (s *speller) rule(r *ast.Rule) *spelled {
	if known := s.known[r]; known != nil {
		return known
	}
	out := &spelled{}
	s.known[r] = out // rules that read each other are refused elsewhere
	for ; r != nil; r = r.Else {
		b := &body{speller: s, vars: map[ast.Var]form{}}
		for i, arg := range r.Head.Args {
			parameter := make([]float64, i+1)
			parameter[i] = 1
			b.bind(arg, form{of: parameter})
		}
		b.body(r.Body)
		var value form
		for _, t := range append([]*ast.Term{r.Head.Key, r.Head.Value}, r.Head.Reference...) {
			if t != nil {
				value = value.plus(1, b.term(t))
			}
		}
		b.note(value)
		out.value, out.most = out.value.plus(1, value), out.most.plus(1, b.most)
	}
	return out
}

// rules are what some rules spell out together, as a document or for the arguments of a call.
func (s *speller) rules(rules []*ast.Rule, args []form) (value, most form) {
	for _, r := range rules {
		known := s.rule(r)
		if args == nil && len(r.Head.Args) > 0 {
			continue
		}
		value, most = value.plus(1, known.value.with(args)), most.plus(1, known.most.with(args))
	}
	return value, most
}

// body is what the expressions of a rule spell out.
type body struct {
	*speller
	vars map[ast.Var]form
	most form
}

// note remembers the largest values.
func (b *body) note(f form) {
	b.most.own = max(b.most.own, f.own)
	for i, x := range f.of {
		if i >= len(b.most.of) {
			b.most.of = append(b.most.of, 0)
		}
		b.most.of[i] = max(b.most.of[i], x)
	}
}

// bind gives the variables of a term that have no form yet one.
func (b *body) bind(t *ast.Term, f form) {
	ast.WalkVars(t, func(v ast.Var) bool {
		if _, ok := b.vars[v]; !ok {
			b.vars[v] = f
		}
		return false
	})
}

func (b *body) term(t *ast.Term) form {
	var out form
	add := func(t *ast.Term) { out = out.plus(1, b.term(t)) }
	switch x := t.Value.(type) {
	case ast.Var:
		if f, ok := b.vars[x]; ok {
			return f
		}
		return form{own: 1}
	case ast.Ref:
		if x[0].Equal(ast.DefaultRootDocument) {
			value, _ := b.rules(b.compiler.GetRulesDynamicWithOpts(x, ast.RulesOptions{IncludeHiddenModules: true}), nil)
			value.own++
			return value
		}
		for _, part := range x {
			add(part)
		}
	case *ast.Array:
		x.Foreach(add)
	case ast.Set:
		x.Foreach(add)
	case ast.Object:
		x.Foreach(func(k, v *ast.Term) {
			add(k)
			add(v)
		})
	case *ast.ArrayComprehension:
		b.body(x.Body)
		add(x.Term)
	case *ast.SetComprehension:
		b.body(x.Body)
		add(x.Term)
	case *ast.ObjectComprehension:
		b.body(x.Body)
		add(x.Key)
		add(x.Value)
	}
	out.own++
	b.note(out)
	return out
}

func (b *body) body(exprs ast.Body) {
	for _, x := range exprs {
		for _, w := range x.With {
			b.term(w.Value)
		}
		switch terms := x.Terms.(type) {
		case *ast.Term:
			b.term(terms)
		case []*ast.Term:
			if x.IsEquality() {
				l, r := b.term(terms[1]), b.term(terms[2])
				b.bind(terms[1], r)
				b.bind(terms[2], l)
			} else {
				b.call(terms)
			}
		case *ast.Every:
			domain := b.term(terms.Domain)
			if terms.Key != nil {
				b.bind(terms.Key, domain)
			}
			b.bind(terms.Value, domain)
			b.body(terms.Body)
		case *ast.Not:
			b.body(terms.Body)
		case *ast.LogicalAnd:
			b.body(terms.Lhs)
			b.body(terms.Rhs)
		case *ast.LogicalOr:
			b.body(terms.Lhs)
			b.body(terms.Rhs)
		}
	}
}

// call is what a function spells out. Of OPA's, those that give collections may put their operands in them.
func (b *body) call(terms []*ast.Term) {
	operator, ok := terms[0].Value.(ast.Ref)
	if !ok {
		return
	}
	var args []form
	sum := form{own: 1}
	for _, t := range terms[1:] {
		args = append(args, b.term(t))
		sum = sum.plus(1, args[len(args)-1])
	}
	value := form{own: 1}
	if operator[0].Equal(ast.DefaultRootDocument) {
		var most form
		value, most = b.rules(b.compiler.GetRulesExact(operator), args)
		b.note(most)
	} else if decl := ast.BuiltinMap[operator.String()]; decl == nil || !scalar(decl.Decl.Result()) {
		value = sum
	}
	b.note(value)
	b.bind(terms[len(terms)-1], value)
}

func scalar(t types.Type) bool {
	switch t.(type) {
	case types.Number, types.String, types.Boolean, types.Null, nil:
		return true
	}
	return false
}
