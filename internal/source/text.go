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
	pieces []piece
}

// piece says that String[at:] up to the next piece stands in the file at off.
type piece struct{ at, off int }

// NewText is the text of span in the file, unchanged.
func NewText(f *File, span Span) Text {
	return Text{String: f.Text(span), pieces: []piece{{0, span.Start}}}
}

// Offset is the file offset of byte i of the text. The end of the text maps to the place after its last byte.
func (t Text) Offset(i int) int {
	if len(t.pieces) == 0 {
		return 0
	}
	if i > 0 && i >= len(t.String) {
		return t.Offset(len(t.String)-1) + 1
	}
	n := sort.Search(len(t.pieces), func(k int) bool { return t.pieces[k].at > i }) - 1
	p := t.pieces[max(n, 0)]
	return p.off + i - p.at
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
	out := Text{String: t.String[start:end], pieces: []piece{{0, t.Offset(start)}}}
	for _, p := range t.pieces {
		if p.at > start && p.at < end {
			out.pieces = append(out.pieces, piece{p.at - start, p.off})
		}
	}
	return out
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
		end := len(t.String)
		if i+1 < len(t.pieces) {
			end = t.pieces[i+1].at
		}
		b.Add(t.String[p.at:end], p.off)
	}
}

// Len is the number of bytes added so far.
func (b *Builder) Len() int { return len(b.buf) }

// Text is what was added.
func (b *Builder) Text() Text { return Text{String: string(b.buf), pieces: b.pieces} }
