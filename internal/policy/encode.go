package policy

import (
	"fmt"
	"reflect"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/plimline/plimline/internal/document"
)

// encoder makes documents into OPA's values directly: by way of JSON it would take ten times as long.
// Its plans are made once for all the types a document is made of.
type encoder struct {
	plans map[reflect.Type]*plan
}

// plan is how a struct type is encoded.
type plan struct {
	fields []field
	shared bool // values of it appear several times in a document
}

type field struct {
	key       *ast.Term
	index     int
	omitEmpty bool
}

func newEncoder() *encoder {
	e := &encoder{plans: map[reflect.Type]*plan{}}
	e.add(reflect.TypeFor[document.Document]())
	for _, t := range []reflect.Type{reflect.TypeFor[document.Instruction](), reflect.TypeFor[document.Command]()} {
		e.plans[t].shared = true
	}
	return e
}

func (e *encoder) add(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		e.add(t.Elem())
	case reflect.Struct:
		if e.plans[t] != nil {
			return
		}
		p := &plan{}
		e.plans[t] = p
		for _, f := range document.Fields(t) {
			p.fields = append(p.fields, field{ast.StringTerm(f.Name), f.Index, f.OmitEmpty})
			e.add(t.Field(f.Index).Type)
		}
	}
}

// encode is the value of a document.
func (e *encoder) encode(d *document.Document) *ast.Term {
	run := encoding{e, map[any]*ast.Term{}}
	return run.term(reflect.ValueOf(d))
}

type encoding struct {
	*encoder
	seen map[any]*ast.Term
}

func (e *encoding) term(v reflect.Value) *ast.Term {
	switch v.Kind() {
	case reflect.Pointer:
		if v.Elem().Kind() == reflect.Struct && e.plans[v.Elem().Type()].shared {
			key := v.Interface()
			t := e.seen[key]
			if t == nil {
				t = e.object(v.Elem())
				e.seen[key] = t
			}
			return t
		}
		return e.term(v.Elem())
	case reflect.Struct:
		return e.object(v)
	case reflect.Slice, reflect.Array:
		terms := make([]*ast.Term, v.Len())
		for i := range terms {
			terms[i] = e.term(v.Index(i))
		}
		return ast.ArrayTerm(terms...)
	case reflect.String:
		return ast.InternedTerm(v.String())
	case reflect.Int:
		return ast.InternedTerm(int(v.Int()))
	case reflect.Bool:
		return ast.InternedTerm(v.Bool())
	}
	panic(fmt.Sprintf("document: no way to encode %s", v.Type()))
}

func (e *encoding) object(v reflect.Value) *ast.Term {
	p := e.plans[v.Type()]
	pairs := make([][2]*ast.Term, 0, len(p.fields))
	for _, f := range p.fields {
		x := v.Field(f.index)
		if f.omitEmpty && x.IsZero() {
			continue
		}
		pairs = append(pairs, [2]*ast.Term{f.key, e.term(x)})
	}
	return ast.ObjectTerm(pairs...)
}
