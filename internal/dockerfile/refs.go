package dockerfile

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/plimline/plimline/internal/source"
)

// Ref is a variable in a word.
type Ref struct {
	Name       string
	Span       source.Span // "$X" or "${X:-d}"; the word's where that cannot be told
	HasDefault bool        // ${X:-d}, ${X-d}, ${X:+d} or ${X+d}
	Required   bool        // ${X:?text} or ${X?text}: without it the build stops
}

// Refs are the variables in a word that Docker expands, in order; those within a default come after the whole.
func Refs(w Word, escape byte) []Ref {
	var out []Ref
	var add func(refs []ref)
	add = func(refs []ref) {
		for _, r := range refs {
			span := w.Span
			if w.Map.String == w.Text {
				span = w.Map.Span(r.start, r.end)
			}
			out = append(out, Ref{r.name, span, r.operator == '-' || r.operator == '+', r.operator == '?'})
			add(r.inner)
		}
	}
	refs, _ := scanRefs(w.Text, escape)
	add(refs)
	return out
}

// ref is a reference in a text.
type ref struct {
	name       string
	start, end int
	operator   byte // '-', '+', '?', '#', '%', '/', or 0 for $X and ${X}
	colon      bool // ":-", ":+", ":?": an empty value counts as none
	inner      []ref
}

var errRef = errors.New("not a reference")

// scanRefs finds the references of a text the way BuildKit's shell.Lex does. Where the lexer would fail,
// it returns those found so far.
func scanRefs(text string, escape byte) ([]ref, error) {
	if strings.IndexByte(text, '$') < 0 {
		return nil, nil
	}
	s := &refScanner{s: text, escape: escape}
	var out []ref
	err := s.until(0, 0, &out)
	return out, err
}

type refScanner struct {
	s      string
	pos    int
	escape byte
	depth  int
	bad    int // after an error: where the innermost begins that has no end
}

func (s *refScanner) fail(start int) error {
	s.bad = start
	return errRef
}

// peek is the next rune, -1 at the end.
func (s *refScanner) peek() rune {
	if s.pos >= len(s.s) {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(s.s[s.pos:])
	return r
}

func (s *refScanner) next() rune {
	if s.pos >= len(s.s) {
		return -1
	}
	r, size := utf8.DecodeRuneInString(s.s[s.pos:])
	s.pos += size
	return r
}

// until reads what begins at start up to the rune stop, or for 0 to the end (processStopOn).
func (s *refScanner) until(start int, stop rune, out *[]ref) error {
	for {
		r := s.peek()
		switch {
		case r < 0 && stop == 0:
			return nil
		case r < 0:
			return s.fail(start)
		case stop != 0 && r == stop:
			s.next()
			return nil
		case r == '\'':
			end := strings.IndexByte(s.s[s.pos+1:], '\'')
			if end < 0 {
				return s.fail(s.pos)
			}
			s.pos += end + 2
		case r == '"':
			s.next()
			if err := s.doubleQuoted(out); err != nil {
				return err
			}
		case r == '$':
			if err := s.reference(out); err != nil {
				return err
			}
		case r == rune(s.escape):
			s.next()
			s.next()
		default:
			s.next()
		}
	}
}

func (s *refScanner) doubleQuoted(out *[]ref) error {
	start := s.pos - 1
	for {
		switch r := s.peek(); r {
		case -1:
			return s.fail(start)
		case '"':
			s.next()
			return nil
		case '$':
			if err := s.reference(out); err != nil {
				return err
			}
		default:
			s.next()
			if next := s.peek(); r == rune(s.escape) && (next == '"' || next == '$' || next == r) {
				s.next()
			}
		}
	}
}

// reference reads what begins with "$" (processDollar).
func (s *refScanner) reference(out *[]ref) error {
	r := ref{start: s.pos}
	s.next()
	if s.peek() != '{' {
		if r.name = s.name(); r.name != "" {
			r.end = s.pos
			*out = append(*out, r)
		}
		return nil
	}
	s.next()
	if next := s.peek(); next < 0 || next == '{' || next == '}' || next == ':' {
		return s.fail(r.start)
	}
	if s.depth++; s.depth > maxNesting {
		return s.fail(r.start)
	}
	defer func() { s.depth-- }()
	r.name = s.name()
	operator := s.next()
	switch operator {
	case '}':
	case ':':
		r.colon = true
		operator = s.next()
		fallthrough
	case '+', '-', '?', '#', '%':
		if operator < 0 || operator >= utf8.RuneSelf || strings.IndexByte("+-?", byte(operator)) < 0 && r.colon {
			return s.fail(r.start)
		}
		r.operator = byte(operator)
		if err := s.until(r.start, '}', &r.inner); err != nil {
			return err
		}
	case '/':
		r.operator = '/'
		if s.peek() == '/' {
			s.next()
		}
		if err := s.until(r.start, '/', &r.inner); err != nil {
			return err
		}
		if err := s.until(r.start, '}', &r.inner); err != nil {
			return err
		}
	default:
		return s.fail(r.start)
	}
	r.end = s.pos
	*out = append(*out, r)
	return nil
}

// name reads a variable's name (processName): a number, one special character, or letters, digits and "_".
func (s *refScanner) name() string {
	start := s.pos
	switch r := s.peek(); {
	case r < 0:
		return ""
	case unicode.IsDigit(r):
		for unicode.IsDigit(s.peek()) {
			s.next()
		}
		return s.s[start:s.pos]
	case strings.ContainsRune("@*#?-$!", r):
		s.next()
		return s.s[start:s.pos]
	}
	for r := s.peek(); r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r); r = s.peek() {
		s.next()
	}
	return s.s[start:s.pos]
}
