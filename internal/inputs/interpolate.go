package inputs

import (
	"fmt"
	"strings"

	"github.com/plimline/plimline/internal/source"
)

// interpolate replaces a Compose file's variables: $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:+other}, ${NAME+other},
// ${NAME:?message}, ${NAME?message}; $$ is a dollar. unset are the variables that have no value and no default, in their order.
//
// Compose's own library does the same without saying where its bytes come from, and writes to standard error; the tests compare the two.
func interpolate(in *text, lookup Lookup) (out *text, unset []string, err error) {
	p := &interpolation{in: in, lookup: lookup}
	out = &text{}
	err = p.run(out, 0, len(in.bytes), 0)
	return out, p.unset, err
}

type interpolation struct {
	in     *text
	lookup Lookup
	unset  []string
}

func (p *interpolation) run(out *text, at, end, depth int) error {
	s := p.in.bytes
	if depth > maxDepth {
		return fmt.Errorf("variables are nested deeper than %d", maxDepth)
	}
	for at < end {
		if s[at] != '$' {
			out.append(p.in.slice(at, at+1))
			at++
			continue
		}
		switch next := at + 1; {
		case next < end && s[next] == '$':
			out.add("$", p.span(at, next+1))
			at = next + 1
		case next < end && s[next] == '{':
			closing := p.closing(next, end)
			if closing < 0 {
				return fmt.Errorf("%q has no closing brace", clip(string(s[at:end])))
			}
			if err := p.braced(out, at, next+1, closing, depth); err != nil {
				return err
			}
			at = closing + 1
		default:
			name := nameAt(s[next:end])
			if name == 0 { // a dollar by itself
				out.append(p.in.slice(at, next))
				at = next
				continue
			}
			value, ok := p.value(string(s[next : next+name]))
			if !ok {
				p.unset = append(p.unset, string(s[next:next+name]))
			}
			out.add(value, p.span(at, next+name))
			at = next + name
		}
	}
	return nil
}

// braced is ${...}, whose content is the range [start, end).
func (p *interpolation) braced(out *text, at, start, end, depth int) error {
	s := p.in.bytes
	n := nameAt(s[start:end])
	name, rest := string(s[start:start+n]), start+n
	if n == 0 {
		return fmt.Errorf("%q is not a variable; write $$ for a dollar", clip(string(s[at:end+1])))
	}
	value, set := p.value(name)
	if rest == end {
		if !set {
			p.unset = append(p.unset, name)
		}
		out.add(value, p.span(at, end+1))
		return nil
	}
	given := set
	if s[rest] == ':' {
		given = set && value != ""
		rest++
	}
	if rest == end || !strings.ContainsRune("-+?", rune(s[rest])) {
		return fmt.Errorf("%q is not a variable; write $$ for a dollar", clip(string(s[at:end+1])))
	}
	other := rest + 1
	switch s[rest] {
	case '-':
		if !given {
			return p.run(out, other, end, depth+1)
		}
		out.add(value, p.span(at, end+1))
	case '+':
		if given {
			return p.run(out, other, end, depth+1)
		}
		out.add(value, p.span(at, end+1))
	case '?':
		if !given {
			p.unset = append(p.unset, name)
		}
		out.add(value, p.span(at, end+1))
	}
	return nil
}

func (p *interpolation) value(name string) (string, bool) {
	if p.lookup == nil {
		return "", false
	}
	return p.lookup(name)
}

func (p *interpolation) span(start, end int) source.Span {
	return p.in.span(start, end, source.Span{})
}

// closing is where the brace at open is closed; -1 when it is not.
func (p *interpolation) closing(open, end int) int {
	depth := 0
	for i := open; i < end; i++ {
		switch p.in.bytes[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// nameAt is the length of the variable's name that s begins with.
func nameAt(s []byte) int {
	for i, c := range s {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || '9' < c) {
			return i
		}
	}
	return len(s)
}

// clip shortens a text for a message.
func clip(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
