package policy

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/plimline/plimline/internal/document"
)

// encoder makes documents into OPA's values directly: by way of JSON it would take ten times as long.
// Its plans are made once for all the types a document is made of.
type encoder struct {
	root  reflect.Type
	plans map[reflect.Type]*plan
	empty *ast.Term // the empty array
}

// plan is how values of a type are encoded.
type plan struct {
	kind   reflect.Kind
	span   bool
	shared bool    // values of it appear several times in a document, by pointer
	elem   *plan   // of a pointer, slice, array or map
	fields []field // of a struct
}

type field struct {
	key       *ast.Term
	index     int
	omitEmpty bool
	plan      *plan
}

func newEncoder() *encoder {
	e := &encoder{reflect.TypeFor[*document.Document](), map[reflect.Type]*plan{}, ast.ArrayTerm()}
	e.plan(e.root)
	for _, t := range []reflect.Type{reflect.TypeFor[*document.Instruction](), reflect.TypeFor[*document.Command]()} {
		e.plan(t).shared = true
	}
	return e
}

func (e *encoder) plan(t reflect.Type) *plan {
	if p := e.plans[t]; p != nil {
		return p
	}
	p := &plan{kind: t.Kind(), span: t == reflect.TypeFor[document.Span]()}
	e.plans[t] = p
	switch p.kind {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		p.elem = e.plan(t.Elem())
	case reflect.Struct:
		for _, f := range document.Fields(t) {
			p.fields = append(p.fields, field{ast.StringTerm(f.Name), f.Index, f.OmitEmpty, e.plan(t.Field(f.Index).Type)})
		}
	case reflect.String, reflect.Int, reflect.Bool:
	default:
		panic(fmt.Sprintf("document: no way to encode %s", t))
	}
	return p
}

// encode is the value of a document. It may hold one term in several places: values are never changed.
func (e *encoder) encode(d *document.Document) *ast.Term {
	run := encoding{empty: e.empty, seen: map[any]*ast.Term{}, spans: map[document.Span]*ast.Term{}, texts: map[string]*ast.Term{}}
	return run.term(e.plans[e.root], reflect.ValueOf(d))
}

// encoding is one document's. What it remembers saves the same term from being made, and hashed, again.
type encoding struct {
	empty *ast.Term
	seen  map[any]*ast.Term
	spans map[document.Span]*ast.Term
	texts map[string]*ast.Term
	pairs [][2]*ast.Term // a stack: the objects under way
}

func (e *encoding) term(p *plan, v reflect.Value) *ast.Term {
	switch p.kind {
	case reflect.Pointer:
		if !p.shared {
			return e.term(p.elem, v.Elem())
		}
		key := v.Interface()
		t := e.seen[key]
		if t == nil {
			t = e.term(p.elem, v.Elem())
			e.seen[key] = t
		}
		return t
	case reflect.Struct:
		return e.object(p, v)
	case reflect.Array, reflect.Slice:
		if p.span {
			return e.span(v)
		}
		n := v.Len()
		if n == 0 {
			return e.empty
		}
		terms := make([]*ast.Term, n)
		for i := range terms {
			terms[i] = e.term(p.elem, v.Index(i))
		}
		return ast.ArrayTerm(terms...)
	case reflect.Map:
		pairs := make([][2]*ast.Term, 0, v.Len())
		for it := v.MapRange(); it.Next(); {
			pairs = append(pairs, [2]*ast.Term{e.text(it.Key().String()), e.term(p.elem, it.Value())})
		}
		return ast.ObjectTerm(pairs...)
	case reflect.String:
		return e.text(v.String())
	case reflect.Int:
		return ast.InternedTerm(int(v.Int()))
	default:
		return ast.InternedTerm(v.Bool())
	}
}

// span remembers the spans: a word, its value and its command often stand in the same place.
func (e *encoding) span(v reflect.Value) *ast.Term {
	s := document.Span{int(v.Index(0).Int()), int(v.Index(1).Int())}
	t := e.spans[s]
	if t == nil {
		t = ast.ArrayTerm(ast.InternedTerm(s[0]), ast.InternedTerm(s[1]))
		e.spans[s] = t
	}
	return t
}

// text remembers the texts: three of four are a kind, a state or a name that was there before.
func (e *encoding) text(s string) *ast.Term {
	t := e.texts[s]
	if t == nil {
		t = ast.InternedTerm(s)
		e.texts[s] = t
	}
	return t
}

func (e *encoding) object(p *plan, v reflect.Value) *ast.Term {
	start := len(e.pairs)
	e.pairs = slices.Grow(e.pairs, len(p.fields))
	for i := range p.fields {
		f := &p.fields[i]
		x := v.Field(f.index)
		if f.omitEmpty && x.IsZero() {
			continue
		}
		// Not in one step: making the value moves the stack.
		t := e.term(f.plan, x)
		e.pairs = append(e.pairs, [2]*ast.Term{f.key, t})
	}
	t := ast.ObjectTerm(e.pairs[start:]...) // copies the pairs
	e.pairs = e.pairs[:start]
	return t
}
