package inputs

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/source"
)

// style says how a decoded text is written in its file.
type style int

const (
	styleOther  style = iota // bytes may stand for others: escapes, folded lines, quotes
	styleBlock               // lines as they are, behind an indent
	styleQuoted              // within quotes on one line
)

// offset is where a node begins. YAML counts columns in characters.
func offset(f *source.File, line, column int) int {
	if line < 1 || line > f.Lines() {
		return 0
	}
	span := f.LineSpan(line)
	at := span.Start
	if line == 1 && bytes.HasPrefix(f.Bytes, []byte(source.BOM)) {
		at += len(source.BOM)
	}
	for range column - 1 {
		if at >= span.End {
			break
		}
		_, size := utf8.DecodeRune(f.Bytes[at:])
		at += size
	}
	return at
}

// scalar finds the bytes of a scalar in the file. Where they cannot be told, all stand for the place where it begins.
func scalar(f *source.File, n *yaml.Node) (*text, style) {
	s := &scanner{src: f.Bytes, at: offset(f, n.Line, n.Column)}
	s.properties()
	start := s.at
	var t *text
	written := styleOther
	switch s.peek() {
	case '|':
		t, written = s.block(true, n.Value), styleBlock
	case '>':
		t = s.block(false, n.Value)
	case '"':
		t, written = s.flow('"'), styleQuoted
	case '\'':
		t, written = s.flow('\''), styleQuoted
	default:
		t, written = s.plain(n.Value), styleQuoted
	}
	if t == nil || t.String() != n.Value {
		line := f.LineSpan(f.Line(start))
		return whole(n.Value, source.Span{Start: start, End: max(start, line.End)}), styleOther
	}
	return t, written
}

// scanner reads a YAML scalar as libyaml does, and keeps the places.
type scanner struct {
	src []byte
	at  int
}

func (s *scanner) peek() byte { return s.byteAt(s.at) }

func (s *scanner) byteAt(i int) byte {
	if i < len(s.src) {
		return s.src[i]
	}
	return 0
}

// properties passes over an anchor and a tag.
func (s *scanner) properties() {
	for {
		for strings.ContainsRune(" \t\r\n", rune(s.peek())) && s.at < len(s.src) {
			s.at++
		}
		switch s.peek() {
		case '#':
			s.line()
		case '&', '!':
			for s.at < len(s.src) && !strings.ContainsRune(" \t\r\n", rune(s.peek())) {
				s.at++
			}
		default:
			return
		}
	}
}

// line passes over the rest of the line without its end.
func (s *scanner) line() {
	for s.at < len(s.src) && !s.atBreak() {
		s.at++
	}
}

func (s *scanner) atBreak() bool { return s.peek() == '\n' || s.peek() == '\r' }

// lineEnd reads a line's end, if one is here, into out as a newline.
func (s *scanner) lineEnd(out *text) bool {
	start := s.at
	switch {
	case s.peek() == '\r' && s.byteAt(s.at+1) == '\n':
		s.at += 2
	case s.atBreak():
		s.at++
	default:
		return false
	}
	out.add("\n", source.Span{Start: start, End: s.at})
	return true
}

// block reads a literal or folded block scalar.
func (s *scanner) block(literal bool, value string) *text {
	s.at++
	chomp, indicator := byte(0), false
	for range 2 {
		switch c := s.peek(); {
		case c == '+' || c == '-':
			chomp = c
			s.at++
		case '1' <= c && c <= '9':
			indicator = true
			s.at++
		}
	}
	s.line()
	if !s.lineEnd(&text{}) {
		return &text{} // an empty one at the end of the file
	}
	// The indent is that of the first line that has more than spaces.
	first := 0
	for at := s.at; at < len(s.src); {
		n := 0
		for s.byteAt(at+n) == ' ' {
			n++
		}
		if c := s.byteAt(at + n); c != '\n' && c != '\r' {
			first = n
			break
		}
		at += n
		for at < len(s.src) && s.src[at] != '\n' {
			at++
		}
		at++
	}
	if !indicator {
		return s.lines(literal, chomp, first)
	}
	// An indicator counts from the indent of what the scalar belongs to, which is not known here: the value says which it is.
	start := s.at
	for indent := first; indent > 0; indent-- {
		s.at = start
		if t := s.lines(literal, chomp, indent); t.String() == value {
			return t
		}
	}
	return nil
}

// lines reads the lines of a block scalar.
func (s *scanner) lines(literal bool, chomp byte, indent int) *text {
	if indent == 0 {
		return nil
	}
	out := &text{}
	breaks, trailing := &text{}, &text{}
	s.breaks(trailing, indent)
	leadingBlank := false
	for s.at < len(s.src) && s.column() == indent && !(s.atBreak()) {
		trailingBlank := s.peek() == ' ' || s.peek() == '\t'
		if !literal && len(breaks.bytes) > 0 && !leadingBlank && !trailingBlank {
			if len(trailing.bytes) == 0 {
				out.add(" ", breaks.places[0])
			}
		} else {
			out.append(breaks)
		}
		out.append(trailing)
		breaks, trailing = &text{}, &text{}
		leadingBlank = trailingBlank
		start := s.at
		s.line()
		out.copy(string(s.src[start:s.at]), start)
		if !s.lineEnd(breaks) {
			break
		}
		s.breaks(trailing, indent)
	}
	if chomp != '-' {
		out.append(breaks)
	}
	if chomp == '+' {
		out.append(trailing)
	}
	return out
}

// breaks reads the indent of the next line that has one, and the empty lines in front of it.
func (s *scanner) breaks(out *text, indent int) {
	for {
		start := s.at
		for s.at-start < indent && s.peek() == ' ' {
			s.at++
		}
		if !s.lineEnd(out) {
			return
		}
	}
}

// column is the number of bytes in front in the line.
func (s *scanner) column() int { return s.at - (bytes.LastIndexByte(s.src[:s.at], '\n') + 1) }

// flow reads a quoted scalar.
func (s *scanner) flow(quote byte) *text {
	out := &text{}
	s.at++
	for s.at < len(s.src) {
		switch c := s.peek(); {
		case c == quote && quote == '\'' && s.byteAt(s.at+1) == '\'':
			out.add("'", source.Span{Start: s.at, End: s.at + 2})
			s.at += 2
		case c == quote:
			return out
		case c == '\\' && quote == '"':
			if !s.escape(out) {
				return nil
			}
		case c == ' ' || c == '\t' || s.atBreak():
			s.fold(out)
		default:
			out.copy(string(s.src[s.at:s.at+1]), s.at)
			s.at++
		}
	}
	return nil
}

// fold reads blanks and line ends: one line end is a space, more are one fewer newlines.
func (s *scanner) fold(out *text) {
	start := s.at
	for s.peek() == ' ' || s.peek() == '\t' {
		s.at++
	}
	if !s.atBreak() || s.at >= len(s.src) {
		out.copy(string(s.src[start:s.at]), start)
		return
	}
	breaks := &text{}
	for s.lineEnd(breaks) {
		for s.peek() == ' ' || s.peek() == '\t' {
			s.at++
		}
	}
	if len(breaks.bytes) == 1 {
		out.add(" ", breaks.places[0])
		return
	}
	out.append(breaks.slice(1, len(breaks.bytes)))
}

// escape reads a backslash and what it stands for.
func (s *scanner) escape(out *text) bool {
	start := s.at
	c := s.byteAt(s.at + 1)
	s.at += 2
	if c == '\n' || c == '\r' { // a line goes on
		s.at--
		s.lineEnd(&text{})
		breaks := &text{}
		for {
			for s.peek() == ' ' || s.peek() == '\t' {
				s.at++
			}
			if !s.lineEnd(breaks) {
				break
			}
		}
		out.append(breaks)
		return true
	}
	if n := strings.IndexByte(`0abtnvfre "/\N_LP`, c); n >= 0 && c != 0 {
		value := []string{"\x00", "\a", "\b", "\t", "\n", "\v", "\f", "\r", "\x1b", " ", `"`, "/", `\`, "\u0085", "\u00a0", "\u2028", "\u2029"}[n]
		out.add(value, source.Span{Start: start, End: s.at})
		return true
	}
	if c == '\t' {
		out.add("\t", source.Span{Start: start, End: s.at})
		return true
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	r, ok := hex(s.src, s.at, digits)
	if !ok {
		return false
	}
	s.at += digits
	out.add(string(r), source.Span{Start: start, End: s.at})
	return true
}

// hex is the character that n digits name.
func hex(src []byte, at, n int) (r rune, ok bool) {
	if n == 0 || at+n > len(src) {
		return 0, false
	}
	for _, c := range src[at : at+n] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, utf8.ValidRune(r)
}

// plain reads a scalar without quotes, which may go on over lines; value says where it ends.
func (s *scanner) plain(value string) *text {
	out := &text{}
	for len(out.bytes) < len(value) && s.at < len(s.src) {
		if c := s.peek(); c == ' ' || c == '\t' || s.atBreak() {
			s.fold(out)
			continue
		}
		out.copy(string(s.src[s.at:s.at+1]), s.at)
		s.at++
	}
	return out
}
