package shell

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"github.com/plimline/plimline/internal/source"
)

// word is a Word and what is needed to take it apart.
type word struct {
	Word
	mapped source.Text // Value and its way to the file, also when the word is not literal
	node   *syntax.Word
	code   *code
}

// use says how the shell treats a word.
type use int

const (
	useArgument use = iota // braces, tilde and globs expand
	useValue               // the value of an assignment: only tildes expand, also behind ":"
	useHeredoc             // the body of a heredoc whose delimiter is not quoted
)

// resolver takes the quotes and escapes off a word.
type resolver struct {
	code    *code
	use     use
	b       source.Builder
	literal bool
	// escaped is true when the text within backquotes loses a level of backslashes before it is read.
	escaped bool
	braces  int  // unquoted "{" that are open
	list    bool // a "," or ".." within them
	bracket bool // an unquoted "[" that may begin a set
	tilde   bool // a "~" here would expand
}

// resolve makes a Word of the parts between the offsets start and end of the text.
func (r *reader) resolve(parts []syntax.WordPart, start, end int, how use, escaped bool) word {
	v := resolver{code: r.code, use: how, literal: true, escaped: escaped, tilde: true}
	at := start
	for _, p := range parts {
		v.part(p, at, end)
		at = offset(p.End())
	}
	if len(parts) == 0 {
		v.b.Add("", r.code.span(start, start).Start)
	}
	return r.finish(&v, parts, start, end)
}

func (r *reader) finish(v *resolver, parts []syntax.WordPart, start, end int) word {
	w := word{mapped: v.b.Text(), code: r.code}
	w.Raw = r.code.raw(start, end)
	w.Span = r.code.span(start, end)
	w.Value = w.mapped.String
	w.Literal = v.literal && !r.code.foreign(w.Span)
	w.Quoted = len(parts) == 1 && isQuoted(parts[0])
	if r.code.unmapped {
		w.mapped = source.Text{}
	}
	if w.Literal {
		w.Text = w.mapped
	}
	return w
}

func isQuoted(p syntax.WordPart) bool {
	switch p.(type) {
	case *syntax.SglQuoted, *syntax.DblQuoted:
		return true
	}
	return false
}

// part adds a part of a word, or what of it is within the offsets from and to, which can cut literals only.
func (v *resolver) part(p syntax.WordPart, from, to int) {
	start, end := max(offset(p.Pos()), from), min(offset(p.End()), to)
	switch p := p.(type) {
	case *syntax.Lit:
		if v.use == useHeredoc {
			v.quoted(start, end)
		} else {
			v.unquoted(start, end)
		}
	case *syntax.SglQuoted:
		open, close := offset(p.Left)+1, offset(p.Right)
		if p.Dollar {
			v.ansi(open+1, close)
		} else {
			v.verbatim(open, close)
		}
	case *syntax.DblQuoted:
		open, close := offset(p.Left)+1, offset(p.Right)
		if p.Dollar {
			open++
		}
		v.verbatim(open, open)
		for i, inner := range p.Parts {
			if lit, ok := inner.(*syntax.Lit); ok {
				// An escaped newline at either side of a literal is not within its bounds, and nothing else can be.
				stop := close
				if i+1 < len(p.Parts) {
					stop = offset(p.Parts[i+1].Pos())
				}
				v.quoted(max(open, offset(lit.Pos())), stop)
			} else {
				v.expansion(offset(inner.Pos()), offset(inner.End()))
			}
		}
	default:
		v.expansion(start, end)
	}
	v.tilde = false
	if lit, ok := p.(*syntax.Lit); ok && v.use == useValue && strings.HasSuffix(lit.Value, ":") {
		v.tilde = true
	}
}

// expansion adds what is not literal, as written.
func (v *resolver) expansion(start, end int) {
	v.literal = false
	v.code.add(&v.b, start, end)
}

// verbatim adds text within single quotes.
func (v *resolver) verbatim(start, end int) {
	if v.escaped && strings.Contains(v.code.raw(start, end), `\`) {
		v.literal = false
	}
	v.code.add(&v.b, start, end)
}

// quoted adds text within double quotes.
func (v *resolver) quoted(start, end int) {
	s := v.code.text.String
	from := start
	for i := start; i < end; i++ {
		if s[i] != '\\' || i+1 >= end {
			continue
		}
		if v.escaped {
			v.literal = false
		}
		switch n := newline(s[i+1 : end]); {
		case n > 0:
			v.code.add(&v.b, from, i)
			i += n
			from = i + 1
		case s[i+1] == '$' || s[i+1] == '`' || s[i+1] == '\\' || s[i+1] == '"' && v.use != useHeredoc:
			v.code.add(&v.b, from, i)
			from = i + 1
			i++
		}
	}
	v.code.add(&v.b, from, end)
}

// unquoted adds text outside quotes.
func (v *resolver) unquoted(start, end int) {
	s := v.code.text.String
	from := start
	for i := start; i < end; i++ {
		switch c := s[i]; c {
		case '\\':
			if v.escaped {
				v.literal = false
			}
			if n := newline(s[i+1 : end]); n > 0 {
				v.code.add(&v.b, from, i)
				i += n
				from = i + 1
				continue // the word goes on as if nothing stood here
			}
			if i+1 < end {
				v.code.add(&v.b, from, i)
				from = i + 1
				i++
			}
		case '~':
			if v.tilde {
				v.literal = false
			}
		case '*', '?':
			if v.use == useArgument {
				v.literal = false
			}
		case '[':
			v.bracket = true
		case ']':
			if v.bracket && v.use == useArgument {
				v.literal = false
			}
		case '{':
			v.braces++
		case ',':
			v.list = v.list || v.braces > 0
		case '.':
			v.list = v.list || v.braces > 0 && i+1 < end && s[i+1] == '.'
		case '}':
			if v.braces > 0 {
				v.braces--
				if v.list && v.use == useArgument {
					v.literal = false
				}
			}
		}
		v.tilde = v.use == useValue && s[min(i, end-1)] == ':'
	}
	v.code.add(&v.b, from, end)
}

// newline is the length of the line end at the start of s, 0 when there is none.
func newline(s string) int {
	switch {
	case strings.HasPrefix(s, "\n"):
		return 1
	case strings.HasPrefix(s, "\r\n"):
		return 2
	}
	return 0
}

// ansi adds text within $'...'. What an escape yields stands where the escape begins.
func (v *resolver) ansi(start, end int) {
	s := v.code.text.String
	from := start
	for i := start; i < end; {
		if s[i] != '\\' || i+1 >= end {
			i++
			continue
		}
		if v.escaped {
			v.literal = false
		}
		out, n := ansiEscape(s[i:end])
		if n == 0 { // no escape: the backslash stays
			i += 2
			continue
		}
		v.code.add(&v.b, from, i)
		v.b.Add(out, v.code.text.Offset(i))
		i += n
		from = i
	}
	v.code.add(&v.b, from, end)
}

// ansiEscape is what the escape at the start of s stands for and how many bytes it takes, 0 when it is none.
func ansiEscape(s string) (out string, n int) {
	digits := func(from, most, base int) (uint64, int) {
		to := from
		for to < len(s) && to < from+most {
			if _, err := strconv.ParseUint(s[to:to+1], base, 8); err != nil {
				break
			}
			to++
		}
		value, err := strconv.ParseUint(s[from:to], base, 32)
		if err != nil {
			return 0, 0
		}
		return value, to
	}
	switch c := s[1]; c {
	case 'a':
		return "\a", 2
	case 'b':
		return "\b", 2
	case 'e', 'E':
		return "\x1b", 2
	case 'f':
		return "\f", 2
	case 'n':
		return "\n", 2
	case 'r':
		return "\r", 2
	case 't':
		return "\t", 2
	case 'v':
		return "\v", 2
	case '\\', '\'', '"', '?':
		return s[1:2], 2
	case '0', '1', '2', '3', '4', '5', '6', '7':
		value, to := digits(1, 3, 8)
		return string([]byte{byte(value)}), to
	case 'x':
		value, to := digits(2, 2, 16)
		return string([]byte{byte(value)}), to
	case 'u':
		value, to := digits(2, 4, 16)
		return string(rune(value)), to
	case 'U':
		value, to := digits(2, 8, 16)
		if value > utf8.MaxRune {
			value = utf8.RuneError
		}
		return string(rune(value)), to
	case 'c':
		if len(s) > 2 {
			return string([]byte{s[2] & 0x1f}), 3
		}
	}
	return "", 0
}

// unknown is the value of a variable that the shell computes; span is what sets it.
func unknown(raw string, span source.Span) Word {
	return Word{Raw: raw, Value: raw, Span: span}
}

// cut is the part of the word between two offsets of its value.
func (w word) cut(from, to int) word {
	out := word{code: w.code}
	out.Value = w.Value[from:to]
	out.Raw = out.Value
	out.Literal, out.Quoted = w.Literal, w.Quoted
	out.Span = w.Span
	if w.mapped.String != "" {
		out.mapped = w.mapped.Slice(from, to)
		out.Span = w.mapped.Span(from, to)
	}
	for _, v := range w.Vars {
		if out.Span.Contains(v.Span) {
			out.Vars = append(out.Vars, v)
		}
	}
	if out.Literal {
		out.Text = out.mapped
	}
	return out
}

// assignment splits NAME=VALUE, as env and sudo take it: the name is literal.
func (r *reader) assignment(w word, escaped bool) (Assign, bool) {
	name, _, ok := strings.Cut(w.Value, "=")
	if !ok || !isName(name) {
		return Assign{}, false
	}
	n := len(name) + 1
	a := Assign{Name: name, Span: w.Span}
	if r == nil || w.node == nil || !strings.HasPrefix(w.Raw, w.Value[:n]) {
		// In quotes as a whole, or from a JSON array.
		if !w.Literal && !w.Quoted {
			return Assign{}, false
		}
		a.Value = w.cut(n, len(w.Value)).Word
		return a, true
	}
	start, end := wordBounds(w.node)
	start += n
	parts := w.node.Parts
	if offset(parts[0].End()) <= start {
		parts = parts[1:]
	}
	value := r.resolve(parts, start, end, useArgument, escaped)
	value.Vars = w.Vars
	a.Value = value.Word
	return a, true
}

func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '_' && !isLetter(c) && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// offset is the place of a position in the text.
func offset(p syntax.Pos) int { return int(p.Offset()) }

func wordBounds(w *syntax.Word) (start, end int) { return offset(w.Pos()), offset(w.End()) }
