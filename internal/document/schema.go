package document

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Field is a field of a struct of the document.
type Field struct {
	Name      string // in JSON
	Index     int    // in the struct
	OmitEmpty bool
	Doc       string // what it is
	Absent    string // when it is left out, as in "when there is none"; for those with OmitEmpty
}

// Fields lists the fields of a struct type in order.
func Fields(t reflect.Type) []Field {
	var out []Field
	for i := range t.NumField() {
		name, rest, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		tag := t.Field(i).Tag
		out = append(out, Field{name, i, rest == "omitempty", tag.Get("doc"), tag.Get("absent")})
	}
	return out
}

// Schema is the document's JSON schema. Nothing but the listed fields is allowed, so a misspelt one in a rule does not compile.
func Schema() []byte {
	s := schemas{defs: map[string]any{}}
	root := s.of(reflect.TypeFor[Document]())
	out := map[string]any{
		"$schema":     "http://json-schema.org/draft-07/schema#",
		"title":       "plimline input document",
		"definitions": s.defs,
	}
	for k, v := range root.(map[string]any) {
		out[k] = v
	}
	text, err := encodeJSON(out)
	if err != nil {
		panic("the schema is made of maps and texts alone: " + err.Error())
	}
	return text
}

// schemas makes one definition for each struct type.
type schemas struct{ defs map[string]any }

func (s *schemas) of(t reflect.Type) any {
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Slice:
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case reflect.Array:
		return map[string]any{"type": "array", "items": s.of(t.Elem()), "minItems": t.Len(), "maxItems": t.Len()}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Struct:
		if _, ok := s.defs[t.Name()]; !ok {
			s.defs[t.Name()] = nil
			s.defs[t.Name()] = s.object(t)
		}
		return map[string]any{"$ref": "#/definitions/" + t.Name()}
	}
	panic("no schema for " + t.String())
}

func (s *schemas) object(t reflect.Type) any {
	properties := map[string]any{}
	required := []string{}
	for _, f := range Fields(t) {
		field := s.of(t.Field(f.Index).Type).(map[string]any)
		if ref, ok := field["$ref"]; ok {
			// Beside a $ref, draft 7 reads nothing.
			field = map[string]any{"allOf": []any{map[string]any{"$ref": ref}}}
		}
		field["description"] = f.Doc
		if f.Absent != "" {
			field["description"] = f.Doc + "; left out " + f.Absent
		}
		properties[f.Name] = field
		if !f.OmitEmpty {
			required = append(required, f.Name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// JSON is the document as rules see it: without what does not apply, and with empty lists where there is nothing.
func JSON(d *Document) ([]byte, error) { return encodeJSON(plain(reflect.ValueOf(d))) }

func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// plain makes structs into ordered objects and nil slices into empty ones.
func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		return plain(v.Elem())
	case reflect.Struct:
		var o object
		for _, f := range Fields(v.Type()) {
			if x := v.Field(f.Index); !f.OmitEmpty || !x.IsZero() {
				o = append(o, member{f.Name, plain(x)})
			}
		}
		return o
	case reflect.Map:
		var o object
		for _, key := range slices.Sorted(maps.Keys(v.Interface().(map[string][]*Command))) {
			o = append(o, member{key, plain(v.MapIndex(reflect.ValueOf(key)))})
		}
		return o
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i))
		}
		return list
	}
	return v.Interface()
}

// object keeps its members in order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(m.name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := e.Encode(m.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
