package lsp

import (
	"sort"
	"unicode/utf8"

	"github.com/plimline/plimline/internal/source"
)

// encoding says what a position's character counts.
type encoding string

const (
	utf8Units  encoding = "utf-8"
	utf16Units encoding = "utf-16" // what everybody knows
	utf32Units encoding = "utf-32"
)

// text is a document with lines as the protocol counts them: "\n", "\r\n" and a lone "\r" end one. It is immutable.
type text struct {
	*source.File
	units  encoding
	starts []int // offset of the first byte of each line
}

func newText(path string, content []byte, units encoding) *text {
	t := &text{File: source.NewFile(path, content), units: units, starts: []int{0}}
	for i, b := range content {
		if b == '\n' || b == '\r' && (i+1 == len(content) || content[i+1] != '\n') {
			t.starts = append(t.starts, i+1)
		}
	}
	return t
}

// line is the line's bytes without its end.
func (t *text) line(n int) source.Span {
	start, end := t.starts[n], len(t.Bytes)
	if n+1 < len(t.starts) {
		end = t.starts[n+1]
	}
	for end > start && (t.Bytes[end-1] == '\n' || t.Bytes[end-1] == '\r') {
		end--
	}
	return source.Span{Start: start, End: end}
}

// lineOf is the 0-based line that holds the offset.
func (t *text) lineOf(offset int) int {
	return sort.Search(len(t.starts), func(i int) bool { return t.starts[i] > offset }) - 1
}

// offset is where a position is; one behind the end of its line, or of the text, is the end's, and one within a character its start.
func (t *text) offset(p position) int {
	switch {
	case p.Line < 0:
		return 0
	case p.Line >= len(t.starts):
		return len(t.Bytes)
	}
	line := t.line(p.Line)
	at := line.Start
	for units := 0; at < line.End; {
		r, size := utf8.DecodeRune(t.Bytes[at:line.End])
		if units += t.width(r, size); units > p.Character {
			break
		}
		at += size
	}
	return at
}

func (t *text) width(r rune, size int) int {
	switch {
	case t.units == utf8Units:
		return size
	case t.units == utf16Units && r > 0xFFFF:
		return 2
	}
	return 1
}

// position is where an offset is.
func (t *text) position(offset int) position {
	offset = max(0, min(offset, len(t.Bytes)))
	n := t.lineOf(offset)
	line := t.line(n)
	p := position{Line: n}
	for at := line.Start; at < min(offset, line.End); {
		r, size := utf8.DecodeRune(t.Bytes[at:line.End])
		if at+size > offset {
			break
		}
		p.Character += t.width(r, size)
		at += size
	}
	return p
}

func (t *text) rangeOf(s source.Span) textRange {
	return textRange{t.position(s.Start), t.position(s.End)}
}

func (t *text) span(r textRange) source.Span {
	s := source.Span{Start: t.offset(r.Start), End: t.offset(r.End)}
	if s.End < s.Start {
		s.Start, s.End = s.End, s.Start
	}
	return s
}

// edited is the text after changes, each made in what the one before it left.
func (t *text) edited(changes []contentChange) *text {
	for _, c := range changes {
		if c.Range == nil {
			t = newText(t.Path, []byte(c.Text), t.units)
			continue
		}
		s := t.span(*c.Range)
		content := make([]byte, 0, len(t.Bytes)-s.Len()+len(c.Text))
		content = append(append(append(content, t.Bytes[:s.Start]...), c.Text...), t.Bytes[s.End:]...)
		t = newText(t.Path, content, t.units)
	}
	return t
}
