package shell

import (
	"slices"
	"sort"

	"github.com/plimline/plimline/internal/source"
)

// code is shell text and the way from its bytes back to the file.
type code struct {
	text source.Text
	// whole is the span of every part of the text when unmapped is true: the bytes cannot be mapped one by one.
	whole    source.Span
	unmapped bool
	// expanded are the spans of what a surrounding shell expands before this text is read, in order:
	// the variables of "sh -c "make $X"". Their values are unknown here, whatever quotes stand around them.
	expanded []source.Span
}

// span is where the half-open range [start, end) of the text stands in the file.
func (c *code) span(start, end int) source.Span {
	if c.unmapped {
		return c.whole
	}
	n := len(c.text.String)
	start = max(0, min(start, n))
	return c.text.Span(start, max(start, min(end, n)))
}

// raw is the half-open range [start, end) of the text.
func (c *code) raw(start, end int) string {
	n := len(c.text.String)
	start = max(0, min(start, n))
	return c.text.String[start:max(start, min(end, n))]
}

// add appends the range [start, end) of the text to b. It takes time for that range alone, however many
// pieces the text is made of; source.Text.Slice looks at all of them.
func (c *code) add(b *source.Builder, start, end int) {
	if start >= end {
		if b.Len() == 0 {
			b.Add("", c.text.Offset(start))
		}
		return
	}
	for start < end {
		off := c.text.Offset(start)
		// Offsets rise with the text, so a range is one piece when its last byte is as far in the file as in the text.
		n := end - start
		if c.text.Offset(end-1)-off != n-1 {
			n = sort.Search(n-1, func(i int) bool { return c.text.Offset(start+i+1)-off != i+1 }) + 1
		}
		b.Add(c.text.String[start:start+n], off)
		start += n
	}
}

// slice is the range [start, end) of the text, still mapped.
func (c *code) slice(start, end int) source.Text {
	var b source.Builder
	c.add(&b, start, end)
	return b.Text()
}

// foreign reports whether a surrounding shell expands something within the span.
func (c *code) foreign(s source.Span) bool {
	if len(c.expanded) == 0 {
		return false
	}
	i, _ := slices.BinarySearchFunc(c.expanded, s.Start, func(e source.Span, start int) int {
		if e.End <= start {
			return -1
		}
		return 1
	})
	return i < len(c.expanded) && c.expanded[i].Overlaps(s)
}
