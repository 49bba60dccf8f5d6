package dockerfile

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/plimline/plimline/internal/source"
)

// Expansion is a word with its variables expanded.
type Expansion struct {
	Text    string   // quotes taken off; variables without a value as written
	Used    []string // names that have a value, sorted
	Missing []string // names that have none and no default, sorted
}

// Expand expands the variables of a word as Docker does. lookup gives a variable's value, if it has one.
func Expand(text string, escape byte, lookup func(name string) (string, bool)) (Expansion, error) {
	env := &getter{lookup: lookup, written: map[string]string{}}
	for _, r := range scanRefs(text, escape) {
		if _, ok := lookup(r.name); !ok && !r.hasDefault {
			env.written[r.name] = text[r.start:r.end]
		}
	}
	result, err := shell.NewLex(rune(escape)).ProcessWordWithMatches(text, env)
	if err != nil {
		return Expansion{}, err
	}
	out := Expansion{Text: result.Result}
	for name := range result.Matched {
		if _, ok := env.written[name]; ok {
			out.Missing = append(out.Missing, name)
		} else {
			out.Used = append(out.Used, name)
		}
	}
	slices.Sort(out.Used)
	slices.Sort(out.Missing)
	return out, nil
}

// getter hands the Lex the values; a variable without one stands for itself.
type getter struct {
	lookup  func(string) (string, bool)
	written map[string]string
}

func (g *getter) Get(name string) (string, bool) {
	if value, ok := g.lookup(name); ok {
		return value, true
	}
	written, ok := g.written[name]
	return written, ok
}

func (g *getter) Keys() []string { return nil }

// Ref is a variable in a word.
type Ref struct {
	Name       string
	Span       source.Span // "$X" or "${X:-d}"
	HasDefault bool        // ${X:-d}, ${X-d}, ${X:+d} or ${X+d}
}

// Refs are the variables in a word that Docker expands, in order.
func Refs(w Word, escape byte) []Ref {
	var out []Ref
	for _, r := range scanRefs(w.Text, escape) {
		span := w.Span
		if w.Map.String == w.Text {
			span = w.Map.Span(r.start, r.end)
		}
		out = append(out, Ref{r.name, span, r.hasDefault})
	}
	return out
}

type rawRef struct {
	name       string
	start, end int
	hasDefault bool
}

// scanRefs finds $X and ${X...} outside single quotes and escapes; those within a default count too.
func scanRefs(s string, escape byte) []rawRef {
	var out []rawRef
	single, double := false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\'' && !double:
			single = !single
		case single:
		case c == '"':
			double = !double
		case c == escape:
			i++
		case c == '$':
			r, next := oneRef(s, i)
			if r.name != "" {
				out = append(out, r)
			}
			i = next - 1
		}
	}
	return out
}

// oneRef reads the reference at s[at] and returns where to go on.
func oneRef(s string, at int) (rawRef, int) {
	i := at + 1
	braces := i < len(s) && s[i] == '{'
	if braces {
		i++
	}
	start := i
	for i < len(s) && (s[i] == '_' || s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z' || i > start && s[i] >= '0' && s[i] <= '9') {
		i++
	}
	r := rawRef{name: s[start:i], start: at, end: i}
	if !braces {
		return r, max(i, at+1)
	}
	op := strings.TrimPrefix(s[i:], ":")
	r.hasDefault = strings.HasPrefix(op, "-") || strings.HasPrefix(op, "+")
	depth := 1
	for j := i; j < len(s); j++ {
		switch {
		case strings.HasPrefix(s[j:], "${"):
			depth++
		case s[j] == '}':
			if depth--; depth == 0 {
				r.end = j + 1
				return r, i
			}
		}
	}
	return rawRef{}, at + 1
}
