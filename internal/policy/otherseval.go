package policy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/types"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/foreign"
	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
)

// otherBuiltins are those that Trivy adds for its checks of Dockerfiles.
var otherBuiltins = sync.OnceValue(func() map[string]*topdown.Builtin {
	out := map[string]*topdown.Builtin{}
	add := func(name string, decl *types.Function, f func([]*ast.Term) (*ast.Term, error)) {
		out[name] = &topdown.Builtin{
			Decl: &ast.Builtin{Name: name, Decl: decl},
			Func: func(_ topdown.BuiltinContext, operands []*ast.Term, iter func(*ast.Term) error) error {
				result, err := f(operands)
				if err != nil {
					return err
				}
				return iter(result)
			},
		}
	}
	add("result.new", types.NewFunction(types.Args(types.S, types.A), types.A), func(x []*ast.Term) (*ast.Term, error) {
		return trivyResult(x[0], x[1]), nil
	})
	add("isManaged", types.NewFunction(types.Args(types.A), types.B), func(x []*ast.Term) (*ast.Term, error) {
		return trivyResult(ast.InternedTerm(""), x[0]).Get(ast.InternedTerm("managed")), nil
	})
	add("sh.parse_commands", types.NewFunction(types.Args(types.S), types.NewArray(nil, types.NewArray(nil, types.S))), func(x []*ast.Term) (*ast.Term, error) {
		text, ok := x[0].Value.(ast.String)
		if !ok {
			return nil, errors.New("sh.parse_commands: not a text")
		}
		commands, err := shell.Commands(string(text))
		if err != nil {
			return nil, err
		}
		terms := make([]*ast.Term, len(commands))
		for i, words := range commands {
			list := make([]*ast.Term, len(words))
			for j, word := range words {
				list[j] = ast.StringTerm(word)
			}
			terms[i] = ast.ArrayTerm(list...)
		}
		return ast.ArrayTerm(terms...), nil
	})
	return out
})

// trivyResult is what Trivy's result.new gives: a message and where its cause stands.
func trivyResult(message, cause *ast.Term) *ast.Term {
	out := ast.NewObject()
	set := func(key string, value *ast.Term) { out.Insert(ast.StringTerm(key), value) }
	for key, value := range map[string]*ast.Term{
		"startline": ast.InternedTerm(0), "endline": ast.InternedTerm(0), "sourceprefix": ast.InternedTerm(""), "filepath": ast.InternedTerm(""),
		"explicit": ast.InternedTerm(false), "managed": ast.InternedTerm(true), "fskey": ast.InternedTerm(""), "resource": ast.InternedTerm(""),
		"parent": ast.NullTerm(),
	} {
		set(key, value)
	}
	if message != nil {
		set("msg", message)
	}
	if inner := cause.Get(ast.StringTerm("__defsec_metadata")); inner != nil {
		cause = inner
	}
	for _, pair := range [][2]string{
		{"startline", "startline"}, {"StartLine", "startline"}, {"endline", "endline"}, {"EndLine", "endline"}, {"filepath", "filepath"},
		{"sourceprefix", "sourceprefix"}, {"Path", "filepath"}, {"explicit", "explicit"}, {"managed", "managed"}, {"fskey", "fskey"}, {"resource", "resource"},
	} {
		if value := cause.Get(ast.StringTerm(pair[0])); value != nil {
			set(pair[1], value)
		}
	}
	if parent := cause.Get(ast.StringTerm("parent")); parent != nil {
		set("parent", trivyResult(nil, parent))
	}
	return ast.NewTerm(out)
}

// compileOthers compiles the rules for other tools, those of each source together. A file that does not compile is left out; the rules
// that it has a say in cannot be used.
func compileOthers(ctx context.Context, guard *guard, rules []*module) map[string]query {
	bySource := map[*userSource][]*module{}
	out := map[string]query{}
	for _, m := range rules {
		if m.other.dialect == buildx {
			out[m.id] = compileBuildPolicy(ctx, guard, m)
			continue
		}
		bySource[m.source] = append(bySource[m.source], m)
	}
	for _, of := range bySource {
		compiler, problems := compileFiles(ctx, guard, filesOf(of), false)
		for _, m := range of {
			for _, file := range m.other.files {
				switch err := cmp.Or(file.err, problems[file]); {
				case err == nil:
				case file.file == m.file:
					m.err = err
				case m.err == nil:
					m.err = fmt.Errorf("%s: cannot be used: %w", m.file, err)
				}
			}
			if m.err != nil {
				out[m.id] = query{err: m.err}
				continue
			}
			out[m.id] = query{body: askFor(m.other.pkg, m.other.name), compiler: compiler}
		}
	}
	return out
}

// filesOf are the files that have a say in rules.
func filesOf(rules []*module) []*module {
	var out []*module
	for _, m := range rules {
		out = append(out, m.other.files...)
	}
	return out
}

// compileFiles compiles files, with or without their calls of print, and says what is wrong with those that are left out.
func compileFiles(ctx context.Context, guard *guard, files []*module, print bool) (*ast.Compiler, map[*module]error) {
	byName := map[string]*module{}
	modules := map[string]*ast.Module{}
	for _, file := range files {
		if file.err == nil {
			byName[file.file], modules[file.file] = file, file.module
		}
	}
	problems := map[*module]error{}
	refuse := func(err error) (*ast.Compiler, map[*module]error) {
		for _, file := range byName {
			problems[file] = fmt.Errorf("%s: cannot be used: %w", file.file, err)
		}
		return nil, problems
	}
	if err := tooLarge(slices.Collect(maps.Values(byName))); err != nil {
		return refuse(err)
	}
	for {
		compiler := limit(ast.NewCompiler()).WithCapabilities(otherCapabilities()).WithEnablePrintStatements(print)
		name := ""
		if len(files) > 0 {
			name = files[0].source.Name
		}
		if err := guard.compile(ctx, name, compiler, modules); err != nil {
			return refuse(err)
		}
		if !compiler.Failed() {
			return compiler, problems
		}
		guilty := false
		for name, file := range byName {
			list := ofFile(compiler.Errors, name)
			if len(list) == 0 || modules[name] == nil {
				continue
			}
			guilty = true
			if file.parseOld() && file.measure() == nil {
				modules[name] = file.module
				continue
			}
			problems[file] = compileError(list)
			delete(modules, name)
		}
		if !guilty {
			for name := range modules {
				problems[byName[name]] = compileError(compiler.Errors)
				delete(modules, name)
			}
		}
	}
}

// askFor is the query for what a rule of a package gives.
func askFor(pkg ast.Ref, name string) ast.Body {
	ref := append(slices.Clip(pkg), ast.InternedTerm(name))
	return ast.NewBody(ast.Equality.Expr(ast.VarTerm("findings"), ast.NewTerm(ref)))
}

// others evaluates policies for other tools on a file: its documents, and what queries share. It makes them when they are asked for.
type others struct {
	source *source.File
	places *foreign.Places

	inputs map[string]readInput
	shared map[string]*realm
}

type readInput struct {
	term *ast.Term
	err  error
}

// realm is what queries share that have the same policies, data and input.
type realm struct {
	store storage.Store
	txn   storage.Transaction

	mu    sync.Mutex
	cache topdown.VirtualCache // nil while somebody has it
}

// lend gives the cache to a query. One that is left behind keeps it.
func (r *realm) lend() topdown.VirtualCache {
	r.mu.Lock()
	defer r.mu.Unlock()
	cache := r.cache
	if r.cache = nil; cache == nil {
		cache = topdown.NewVirtualCache()
	}
	return cache
}

// back takes the cache back. A query that has failed leaves it half full.
func (r *realm) back(cache topdown.VirtualCache, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.cache = cache
	}
}

// document is the input of a rule. The error says why the tool would not judge the file.
func (o *others) document(r *otherRule) (*ast.Term, error) {
	if o.places == nil {
		o.places = foreign.NewPlaces(o.source) // not when a rule asks, which may be left behind
	}
	name := string(r.dialect)
	if r.combined {
		name += " --combine"
	}
	if in, ok := o.inputs[name]; ok {
		return in.term, in.err
	}
	var doc any
	var err error
	if r.dialect == trivy {
		doc, err = foreign.Trivy(o.source)
	} else {
		var commands []any
		if commands, err = foreign.Conftest(o.source); r.combined {
			doc = foreign.Combined(o.source, commands)
		} else {
			doc = commands
		}
	}
	in := readInput{err: err}
	if err == nil {
		value, err := ast.InterfaceToValue(doc)
		in = readInput{ast.NewTerm(value), err}
	}
	o.inputs[name] = in
	return in.term, in.err
}

// realm is what the queries of a source's rules share when they have the same input.
func (o *others) realm(ctx context.Context, m *module) (*realm, error) {
	key := fmt.Sprintf("%p %s %v", m.source, m.other.dialect, m.other.combined)
	if r := o.shared[key]; r != nil {
		return r, nil
	}
	data := m.source.values
	if m.other.dialect == conftest {
		name, err := filepath.Abs(o.source.Path)
		if err != nil {
			return nil, err
		}
		file := ast.ObjectTerm(ast.Item(ast.StringTerm("name"), ast.StringTerm(filepath.Base(name))), ast.Item(ast.StringTerm("dir"), ast.StringTerm(filepath.Dir(name))))
		both, ok := data.Merge(ast.NewObject(ast.Item(ast.StringTerm("conftest"), ast.ObjectTerm(ast.Item(ast.StringTerm("file"), file)))))
		if ok {
			data = both
		}
	}
	r := &realm{store: inmem.NewFromASTObject(data)}
	var err error
	if r.txn, err = r.store.NewTransaction(ctx); err != nil {
		return nil, err
	}
	o.shared[key] = r
	return r, nil
}

// close ends the transactions.
func (o *others) close(ctx context.Context) {
	for _, r := range o.shared {
		r.store.Abort(ctx, r.txn)
	}
}

// excepted reports whether what conftest's exception rules give names the rule: exception[_][_] == "root" for deny_root, "" for deny.
func excepted(exceptions ast.Value, rule string) bool {
	switch rule {
	case "deny", "violation", "warn":
		rule = ""
	}
	for _, prefix := range []string{"violation_", "deny_", "warn_"} {
		rule = strings.TrimPrefix(rule, prefix)
	}
	found := false
	values(exceptions, func(list *ast.Term) {
		values(list.Value, func(x *ast.Term) { found = found || x.Value.Compare(ast.String(rule)) == 0 })
	})
	return found
}

// values calls a function with what a collection holds.
func values(v ast.Value, each func(*ast.Term)) {
	switch x := v.(type) {
	case *ast.Array:
		x.Foreach(each)
	case ast.Set:
		x.Foreach(each)
	case ast.Object:
		x.Foreach(func(_, value *ast.Term) { each(value) })
	}
}

// findings are what a rule gave, as its tool reads it. Of results that name no place, trace is to see what they were given for. When that is
// cancelled, they are findings all the same.
func (o *others) findings(cancel topdown.Cancel, rule finding.Rule, r *otherRule, v ast.Value, trace func(*provenance)) ([]finding.Finding, error) {
	results, err := o.decode(cancel, r, v)
	var seen *provenance
	if slices.ContainsFunc(results, func(s said) bool { return s.line == 0 }) {
		seen = o.provenance(r)
		trace(seen)
	}
	var out []finding.Finding
	for _, s := range results {
		f := finding.Finding{Message: s.message}
		if !cancel.Cancelled() {
			f = o.place(s, seen)
		}
		f.Rule, f.Severity = rule.ID, rule.Severity
		out = append(out, f)
	}
	return out, err
}

// decode reads what a rule gave as its tool would, until it is cancelled.
func (o *others) decode(cancel topdown.Cancel, r *otherRule, v ast.Value) ([]said, error) {
	var results []*ast.Term
	switch x := v.(type) {
	case *ast.Array:
		x.Foreach(func(t *ast.Term) { results = append(results, t) })
	case ast.Set:
		results = x.Slice()
	default:
		// conftest takes what is no collection for passed.
		if r.dialect == trivy {
			results = []*ast.Term{ast.NewTerm(v)}
		}
	}
	var out []said
	errs := tooMany(len(results))
	left := maxOutput
	for _, t := range results[:min(len(results), maxFindings)] {
		if cancel.Cancelled() {
			return out, errTime
		}
		var s said
		var err error
		if r.dialect == trivy {
			s = o.trivy(t.Value, r)
		} else {
			s, err = o.conftest(t.Value)
		}
		d := decoder{left: &left, err: err}
		if d.message(&s.message)(ast.String(s.message)); d.err != nil {
			errs = append(errs, d.err)
		} else if s.message != "" {
			s.result = t.Value
			out = append(out, s)
		}
	}
	return out, few(errs)
}

// provenance is what can see which instructions a rule holds for.
func (o *others) provenance(r *otherRule) *provenance {
	input, err := o.document(r)
	if err != nil {
		return newProvenance(r, nil, nil)
	}
	var commands []*ast.Term
	list := func(t *ast.Term) {
		if array, ok := t.Value.(*ast.Array); ok {
			array.Foreach(func(c *ast.Term) { commands = append(commands, c) })
		}
	}
	if r.dialect == trivy {
		values(input.Get(ast.StringTerm("Stages")).Value, func(stage *ast.Term) { list(stage.Get(ast.StringTerm("Commands"))) })
		lines := make([]int, len(commands))
		for i, c := range commands {
			lines[i] = number(c.Get(ast.StringTerm("StartLine")))
		}
		return newProvenance(r, commands, lines)
	}
	if r.combined {
		input = input.Get(ast.InternedTerm(0)).Get(ast.StringTerm("contents"))
	}
	list(input)
	return newProvenance(r, commands, foreign.ConftestLines(o.source))
}

// said is what another tool's policy says.
type said struct {
	message string // "" for nothing
	line    int    // 1-based; 0 when it names none
	result  ast.Value
}

// conftest reads a result of conftest's: a text, or an object with msg and maybe _loc.
func (o *others) conftest(v ast.Value) (said, error) {
	switch x := v.(type) {
	case ast.String:
		return said{message: string(x)}, nil
	case ast.Object:
		message, ok := text(x, "msg")
		if !ok {
			return said{}, fmt.Errorf(`a result has no text "msg": %s`, brief(x))
		}
		s := said{message: message}
		for _, holder := range []string{"_loc", "metadata", "details", ""} {
			from := ast.NewTerm(x)
			if holder != "" {
				from = x.Get(ast.StringTerm(holder))
			}
			for _, key := range []string{"line", "startline", "StartLine"} {
				if s.line == 0 && from != nil {
					s.line = number(from.Get(ast.StringTerm(key)))
				}
			}
		}
		return s, nil
	}
	return said{}, nil // conftest passes over the others
}

// trivy reads a result of Trivy's: what result.new gives, an object like it, a text, an array of both, or anything.
func (o *others) trivy(v ast.Value, r *otherRule) said {
	cause := func(x ast.Object) (s said) {
		if message := x.Get(ast.StringTerm("msg")); message != nil {
			s.message = plainText(message)
		}
		s.line = number(x.Get(ast.StringTerm("startline")))
		return s
	}
	var s said
	switch x := v.(type) {
	case ast.String:
		s.message = string(x)
	case ast.Object:
		s = cause(x)
	case *ast.Array:
		message := ""
		x.Foreach(func(t *ast.Term) {
			switch y := t.Value.(type) {
			case ast.Object:
				s = cause(y)
			case ast.String:
				message = string(y)
			}
		})
		s.message = message
	default:
		s.message = "Rego check resulted in DENY"
	}
	if s.message == "" {
		s.message = fmt.Sprintf("Rego check rule: %s.%s", strings.TrimPrefix(r.pkg.String(), "data."), r.name)
	}
	return s
}

func plainText(t *ast.Term) string {
	if s, ok := t.Value.(ast.String); ok {
		return string(s)
	}
	if !(scale{}).fits(maxText, t) {
		return brief(t.Value)
	}
	return t.String()
}

func text(o ast.Object, key string) (string, bool) {
	t := o.Get(ast.StringTerm(key))
	if t == nil {
		return "", false
	}
	s, ok := t.Value.(ast.String)
	return string(s), ok
}

func number(t *ast.Term) int {
	if t == nil {
		return 0
	}
	switch x := t.Value.(type) {
	case ast.Number:
		n, _ := x.Int()
		return n
	case ast.String:
		n, _ := strconv.Atoi(string(x))
		return n
	}
	return 0
}

// guessed says how a place was found that the policy does not name.
func guessed(how foreign.How) string {
	switch how {
	case foreign.ByRule:
		return "the policy names no place; this is what its rule holds for"
	case foreign.ByText:
		return "the policy names no place; this has the longest text in common with its message"
	case foreign.ByKeyword:
		return "the policy names no place; its message names this instruction"
	default:
		return "the policy names no place"
	}
}

// place is a finding at the instruction that a policy speaks of, with a note when the policy does not name it.
func (o *others) place(s said, seen *provenance) finding.Finding {
	f := finding.Finding{Message: s.message}
	if s.line > 0 {
		if at, ok := o.places.Line(s.line); ok {
			f.Span = at
			return f
		}
	}
	var lines, hints []int
	if seen != nil {
		lines, hints = seen.places(s.result)
	}
	at, how := o.places.Message(s.message, lines, hints)
	f.Span = at
	f.Related = []finding.Related{{Span: at, Message: guessed(how)}}
	return f
}
