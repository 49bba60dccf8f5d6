package policy

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// What one call of a built-in function may take and make in a stranger's policy. OPA looks whether a query is to end between two expressions,
// not within a call, so a call has to be small by itself; what many calls make together is for the guard.
const (
	maxText    = 4 << 20 // bytes of a text, or of a value that is written out
	maxItems   = 250_000 // elements of an array or a set
	maxDigits  = 100_000 // of a number
	maxDepth   = 1_000   // of a value that is written out or taken apart
	maxJSON    = 1 << 20 // bytes that are read
	maxYAML    = 256 << 10
	maxShell   = 64 << 10
	maxMatched = 1 << 20 // bytes of a text that is matched, times capturing groups
	maxPattern = 2 << 20 // bytes that a compiled expression takes; OPA keeps a hundred
	maxSteps   = 100_000 // through a graph
)

// bound refuses a call that would take or make too much.
type bound func(operands []*ast.Term) error

// bounds are the built-in functions that strangers' policies may call, each with its bound: nil where what a call makes is about as large as
// what it is given. A function of a new OPA is refused until it stands here.
var bounds = sync.OnceValue(func() map[string]bound {
	out := map[string]bound{
		"concat": joined, "sprintf": printed, "internal.template_string": parts, "internal.print": parts, "replace": replaced, "strings.replace_n": pairs,
		"json.marshal": written(scale{item: 2}), "yaml.marshal": written(scale{item: 4, level: 4}), "json.marshal_with_options": indented,
		"urlquery.encode_object": written(scale{item: 4}),
		"json.unmarshal":         texts(1, maxJSON), "urlquery.decode_object": texts(1, maxJSON), "yaml.unmarshal": texts(1, maxYAML), "yaml.is_valid": texts(1, maxYAML),
		"sh.parse_commands": texts(1, maxShell),
		"split":             pieces, "strings.split_n": pieces, "indexof_n": places,
		"array.concat": elements, "array.flatten": elements, "union": elements, "object.union_n": tree(elements),
		"object.union": tree(nil), "json.filter": tree(nil), "json.remove": tree(nil), "json.patch": tree(nil),
		"mul": digits, "product": digits, "format_int": digits, "bits.lsh": shifted,
		"to_number": texts(1, 10_000), "units.parse": unit, "units.parse_bytes": unit, "trim": cut, "trim_left": cut, "trim_right": cut,
		"regex.find_n": matched(0, 1), "regex.find_all_string_submatch_n": matched(0, 1), "regex.split": matched(0, 1), "regex.replace": matched(1, 0),
		"regex.globs_match": texts(1, 1_000), "glob.match": glob,
		"time.add_date": zone, "time.clock": zone, "time.date": zone, "time.diff": zone, "time.format": zone, "time.weekday": zone,
		"graph.reachable": reachable, "graph.reachable_paths": paths,
	}
	for _, name := range strings.Fields("base64.encode base64url.encode base64url.encode_no_pad hex.encode urlquery.encode glob.quote_meta") {
		out[name] = texts(3, maxText)
	}
	for _, name := range strings.Fields(`
		abs all and any array.reverse array.slice assign base64.decode base64.is_valid base64url.decode bits.and bits.negate bits.or bits.rsh bits.xor
		cast_array cast_boolean cast_null cast_object cast_set cast_string ceil contains count crypto.hmac.equal crypto.hmac.md5 crypto.hmac.sha1
		crypto.hmac.sha256 crypto.hmac.sha512 crypto.md5 crypto.sha1 crypto.sha256 div endswith eq equal floor gt gte hex.decode indexof
		internal.member_2 internal.member_3 internal.test_case intersection is_array is_boolean is_null is_number is_object is_set is_string isManaged
		json.is_valid lower lt lte max min minus neq net.cidr_contains net.cidr_intersects net.cidr_is_valid net.cidr_overlap numbers.range
		numbers.range_step object.filter object.get object.keys object.remove object.subset opa.runtime or plus print rego.metadata.chain rego.metadata.rule rem
		result.new round semver.compare semver.is_valid set_diff sort startswith strings.any_prefix_match strings.any_suffix_match strings.count
		strings.reverse substring sum time.parse_duration_ns time.parse_ns time.parse_rfc3339_ns trace trim_prefix trim_space
		re_match regex.is_valid regex.match regex.template_match
		trim_suffix type_name upper uri.is_valid uri.parse urlquery.decode uuid.parse walk`) {
		out[name] = nil
	}
	return out
})

// patterns are the functions that take a regular expression, and which operand it is. It is looked at once in a query.
var patterns = sync.OnceValue(func() map[string]int {
	return map[string]int{
		"regex.is_valid": 0, "regex.match": 0, "re_match": 0, "regex.template_match": 0, "regex.find_n": 0, "regex.find_all_string_submatch_n": 0, "regex.split": 0,
		"regex.replace": 1,
	}
})

// capabilities are what policies may use: nothing that reaches the network, files, the environment, the clock, or chance, and nothing that
// one call of which cannot be bounded.
var capabilities = sync.OnceValue(func() *ast.Capabilities {
	return bounded(func(name string) bool {
		return !strings.HasPrefix(name, "net.") && !slices.Contains([]string{"opa.runtime", "trace", "uuid.parse"}, name)
	})
})

// otherCapabilities are what policies for other tools may use: those that are harmless and that they are known to need, too. What opa.runtime gives
// is empty.
var otherCapabilities = sync.OnceValue(func() *ast.Capabilities {
	c := bounded(func(string) bool { return true })
	for _, b := range otherBuiltins() {
		c.Builtins = append(c.Builtins, b.Decl)
	}
	c.Builtins = append(c.Builtins, configBuiltins...)
	return c
})

// bounded are capabilities with those of OPA's built-in functions that have a bound and are wanted, also under the names that calls of them
// get in compiled policies.
func bounded(wanted func(name string) bool) *ast.Capabilities {
	c := *ast.CapabilitiesForThisVersion()
	c.AllowNet = []string{}
	c.Builtins = slices.DeleteFunc(slices.Clone(c.Builtins), func(b *ast.Builtin) bool {
		_, ok := bounds()[b.Name]
		return !ok || !wanted(b.Name)
	})
	for _, b := range boundedBuiltins() {
		c.Builtins = append(c.Builtins, b.Decl)
	}
	return &c
}

const boundedPrefix = "bounded."

// boundedBuiltins are the functions that compiled policies call instead of OPA's, which would always win over others of the same name.
var boundedBuiltins = sync.OnceValue(func() map[string]*topdown.Builtin {
	out := map[string]*topdown.Builtin{}
	for name, check := range bounds() {
		at, isPattern := patterns()[name]
		switch {
		case isPattern && check == nil:
			check = func([]*ast.Term) error { return nil }
		case check == nil:
			continue
		}
		decl, call := ast.BuiltinMap[name], topdown.GetBuiltin(name)
		if decl == nil {
			other := otherBuiltins()[name]
			decl, call = other.Decl, other.Func
		}
		own := *decl
		own.Name = boundedPrefix + name
		arity := decl.Decl.Arity()
		out[own.Name] = &topdown.Builtin{Decl: &own, Func: func(b topdown.BuiltinContext, operands []*ast.Term, iter func(*ast.Term) error) error {
			err := check(operands[:arity])
			if isPattern && err == nil {
				err = regular(b, stringOf(operands[at]))
			}
			if err != nil {
				return topdown.Halt{Err: &topdown.Error{Code: topdown.BuiltinErr, Location: b.Location, Message: name + ": " + err.Error()}}
			}
			return call(b, operands, iter)
		}}
	}
	for name, b := range otherBuiltins() {
		out[name] = b
	}
	return out
})

// bind makes the calls in compiled modules those of boundedBuiltins.
func bind(c *ast.Compiler) {
	// One term for each function is enough: evaluation reads the operator of every expression, and is faster when they lie together.
	operators := map[string]*ast.Term{}
	bounded := func(t *ast.Term) *ast.Term {
		ref, ok := t.Value.(ast.Ref)
		if !ok {
			return t
		}
		name := ref.String()
		o, known := operators[name]
		if !known {
			if b := boundedBuiltins()[boundedPrefix+name]; b != nil {
				o = ast.NewTerm(b.Decl.Ref())
			}
			operators[name] = o
		}
		return cmp.Or(o, t)
	}
	for _, m := range c.Modules {
		ast.WalkExprs(m, func(x *ast.Expr) bool {
			if terms, ok := x.Terms.([]*ast.Term); ok && x.IsCall() {
				terms[0] = bounded(terms[0])
			}
			for _, w := range x.With { // functions can be replaced, too
				w.Target, w.Value = bounded(w.Target), bounded(w.Value)
			}
			return false
		})
	}
}
