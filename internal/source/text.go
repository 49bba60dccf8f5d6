package source

import "sort"

// Text is a piece of a file as its reader sees it, with line continuations, comments and escapes
// taken out, and the way from each of its bytes back to the file.
//
// BuildKit joins continued lines before it looks at them, and a shell gets the joined line.
// Parsing that text and mapping the positions back is exact where masking the
// file's bytes would not be (a continuation inside single quotes, for one).
type Text struct {
	String string
	pieces []piece // shared by all slices of a text, so that cutting it into words costs no memory
	base   int     // where String begins, counted as the pieces' at
}

// piece says that the text from at up to the next piece stands in the file at off.
type piece struct{ at, off int }

// NewText is the text of span in the file, unchanged.
func NewText(f *File, span Span) Text {
	return TextAt(f.Text(span), span.Start)
}

// TextAt is s, which stands in the file at off.
func TextAt(s string, off int) Text {
	return Text{String: s, pieces: []piece{{0, off}}}
}

// Offset is the file offset of byte i of the text. The end of the text maps to the place after its last byte.
func (t Text) Offset(i int) int {
	if len(t.pieces) == 0 {
		return 0
	}
	if i > 0 && i >= len(t.String) {
		return t.Offset(len(t.String)-1) + 1
	}
	p := t.pieces[t.piece(i)]
	return p.off + t.base + i - p.at
}

// piece is the index of the piece that holds byte i.
func (t Text) piece(i int) int {
	if len(t.pieces) == 1 {
		return 0
	}
	return max(sort.Search(len(t.pieces), func(k int) bool { return t.pieces[k].at > t.base+i })-1, 0)
}

// Span is where the half-open range [start, end) of the text stands in the file.
func (t Text) Span(start, end int) Span {
	if end <= start {
		off := t.Offset(start)
		return Span{off, off}
	}
	return Span{t.Offset(start), t.Offset(end-1) + 1}
}

// Slice is the half-open range [start, end) of the text, still mapped.
func (t Text) Slice(start, end int) Text {
	switch {
	case len(t.pieces) == 0:
		return Text{String: t.String[start:end]}
	case start == end:
		return TextAt("", t.Offset(start))
	}
	return Text{String: t.String[start:end], pieces: t.pieces[t.piece(start) : t.piece(end-1)+1 : t.piece(end-1)+1], base: t.base + start}
}

// Builder puts a Text together from pieces of a file.
type Builder struct {
	buf    []byte
	pieces []piece
}

// Add appends s, whose first byte stands in the file at off and whose others follow it there.
func (b *Builder) Add(s string, off int) {
	if s == "" && len(b.pieces) > 0 {
		return
	}
	if n := len(b.pieces); n > 0 {
		if last := b.pieces[n-1]; last.off+len(b.buf)-last.at == off {
			b.buf = append(b.buf, s...)
			return
		}
	}
	b.pieces = append(b.pieces, piece{len(b.buf), off})
	b.buf = append(b.buf, s...)
}

// AddText appends a mapped text.
func (b *Builder) AddText(t Text) {
	for i, p := range t.pieces {
		start, end := max(p.at-t.base, 0), len(t.String)
		if i+1 < len(t.pieces) {
			end = t.pieces[i+1].at - t.base
		}
		b.Add(t.String[start:end], p.off+t.base+start-p.at)
	}
}

// Len is the number of bytes added so far.
func (b *Builder) Len() int { return len(b.buf) }

// Text is what was added.
func (b *Builder) Text() Text { return Text{String: string(b.buf), pieces: b.pieces} }
