package docs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/plimline/plimline/internal/cli"
	"github.com/plimline/plimline/internal/document"
)

const inputIntro = `# What a policy sees: the input document

` + "`plimline parse FILE`" + ` prints it; [policies/input.schema.json](../policies/input.schema.json) is its schema, and a policy that names a
field which is not in it does not compile. Helpers that save writing are in [lib](library.md).

- A **span** is [start, end): byte offsets in the file, from 0, the end not included. Every object that has one is a node, a place for a finding:
  ` + "`lib.at(stage.from, \"...\")`" + `.
- A field may be **left out** only where the table says when, so that ` + "`not stage.user`" + ` asks whether nothing sets one. Lists are empty
  rather than left out.
- The **state** of a value is known; automatic (BuildKit's platform arguments, such as TARGETARCH); caller (an ARG without a value: who builds
  decides); base (the base image may set it); or unknown. What is not known is not a violation: ` + "`lib.unknown(node, message)`" + ` says so on request.
- An **index** leads to another object: ` + "`input.stages[copy.into]`" + `, ` + "`input.instructions[command.instruction]`" + `.

The examples are what ` + "`plimline parse`" + ` makes of [testdata/input](../testdata/input), each the first of its kind with the most fields; … stands
for what has a section of its own.

`

// TestInput makes docs/input.md from the structs of the document and what they hold for an example.
func TestInput(t *testing.T) {
	p := reference{examples: map[reflect.Type]map[string]any{}, places: map[reflect.Type][]string{}}
	p.find(reflect.TypeFor[document.Document]())
	for _, name := range []string{"testdata/input/Dockerfile", "testdata/input/broken.Dockerfile", "testdata/input/whole.Dockerfile"} {
		var out, stderr bytes.Buffer
		if code := cli.Run(context.Background(), []string{"parse", root + name}, strings.NewReader(""), &out, &stderr); code != 0 {
			t.Fatalf("plimline parse %s: %d\n%s", name, code, &stderr)
		}
		decoder := json.NewDecoder(&out)
		decoder.UseNumber()
		var doc map[string]any
		if err := decoder.Decode(&doc); err != nil {
			t.Fatal(err)
		}
		doc["path"] = strings.TrimPrefix(doc["path"].(string), root)
		p.collect(reflect.TypeFor[document.Document](), doc)
	}
	var b bytes.Buffer
	b.WriteString(generated + inputIntro)
	fmt.Fprintf(&b, "```dockerfile\n%s```\n\n", read(t, "testdata/input/Dockerfile"))
	for _, at := range p.order {
		if p.examples[at] == nil {
			t.Errorf("testdata/input has no %s", at.Name())
			continue
		}
		p.section(&b, at)
	}
	golden(t, "docs/input.md", append(bytes.TrimRight(b.Bytes(), "\n"), '\n'))
}

// reference is the kinds of objects, nearest to the document first, where each is found, and an example of each.
type reference struct {
	order    []reflect.Type
	places   map[reflect.Type][]string
	examples map[reflect.Type]map[string]any
}

func (p *reference) find(first reflect.Type) {
	p.order = []reflect.Type{first}
	for i := 0; i < len(p.order); i++ {
		for _, f := range document.Fields(p.order[i]) {
			of := element(p.order[i].Field(f.Index).Type)
			if of.Kind() != reflect.Struct {
				continue
			}
			p.places[of] = append(p.places[of], fmt.Sprintf("`%s.%s`", title(p.order[i]), f.Name))
			if !slices.Contains(p.order, of) {
				p.order = append(p.order, of)
			}
		}
	}
}

// element is what a type is a list, a map or a pointer of, all the way down. A span is none.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}

func (p *reference) collect(t reflect.Type, value any) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			p.collect(element(t), item)
		}
	case map[string]any:
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() == reflect.Map {
			for _, key := range slices.Sorted(maps.Keys(v)) {
				p.collect(t.Elem(), v[key])
			}
			return
		}
		if p.examples[t] == nil || richness(v) > richness(p.examples[t]) {
			p.examples[t] = v
		}
		for _, f := range document.Fields(t) {
			if x, ok := v[f.Name]; ok {
				p.collect(t.Field(f.Index).Type, x)
			}
		}
	}
}

// richness counts the fields that say something.
func richness(v map[string]any) int {
	n := 0
	for _, x := range v {
		if list, ok := x.([]any); !ok || len(list) > 0 {
			n++
		}
	}
	return n
}

func (p *reference) section(b *bytes.Buffer, t reflect.Type) {
	fmt.Fprintf(b, "## %s\n\n", title(t))
	if places := p.places[t]; len(places) > 8 {
		fmt.Fprintf(b, "In %s and others.\n\n", strings.Join(places[:5], ", "))
	} else if len(places) > 0 {
		fmt.Fprintf(b, "In %s.\n\n", strings.Join(places, ", "))
	}
	b.WriteString("| field | type | what it is | left out |\n| --- | --- | --- | --- |\n")
	for _, f := range document.Fields(t) {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", f.Name, kind(t.Field(f.Index).Type), cell(f.Doc), cell(f.Absent))
	}
	fmt.Fprintf(b, "\n```text\n%s```\n\n", p.example(t))
}

func title(t reflect.Type) string {
	if t == reflect.TypeFor[document.Document]() {
		return "input"
	}
	return t.Name()
}

func cell(text string) string { return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(text) }

// kind is a type in words, with a link to its section.
func kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return kind(t.Elem())
	case reflect.Slice:
		return "list of " + kind(t.Elem())
	case reflect.Map:
		return "object: name to " + kind(t.Elem())
	case reflect.Struct:
		return fmt.Sprintf("[%s](#%s)", t.Name(), strings.ToLower(t.Name()))
	case reflect.String:
		return "text"
	case reflect.Int:
		return "number"
	case reflect.Bool:
		return "true or false"
	}
	return "span"
}

// example writes the object with one field a line.
func (p *reference) example(t reflect.Type) string {
	v := p.examples[t]
	var lines []string
	for _, f := range document.Fields(t) {
		if x, ok := v[f.Name]; ok {
			lines = append(lines, fmt.Sprintf("  %q: %s", f.Name, short(x)))
		}
	}
	return "{\n" + strings.Join(lines, ",\n") + "\n}\n"
}

func short(x any) string {
	switch v := x.(type) {
	case map[string]any:
		return "{…}"
	case []any:
		if len(v) > 0 {
			if _, ok := v[0].(map[string]any); ok {
				return "[…]"
			}
		}
		var items []string
		for _, item := range v {
			items = append(items, short(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case string:
		if utf8.RuneCountInString(v) > 100 {
			v = string([]rune(v)[:97]) + "…"
		}
		x = v
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(x); err != nil {
		return err.Error()
	}
	return strings.TrimRight(b.String(), "\n")
}
