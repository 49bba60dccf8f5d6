package inputs

import "github.com/plimline/plimline/internal/source"

// text is a decoded string with the place in the file of each of its bytes.
type text struct {
	bytes  []byte
	places []source.Span
}

func (t *text) String() string { return string(t.bytes) }

// add appends s, all of whose bytes stand for the span.
func (t *text) add(s string, at source.Span) {
	for i := range len(s) {
		t.bytes, t.places = append(t.bytes, s[i]), append(t.places, at)
	}
}

// copy appends s, which stands in the file at off byte for byte.
func (t *text) copy(s string, off int) {
	for i := range len(s) {
		t.bytes, t.places = append(t.bytes, s[i]), append(t.places, source.Span{Start: off + i, End: off + i + 1})
	}
}

// slice is the half-open range [start, end).
func (t *text) slice(start, end int) *text {
	return &text{t.bytes[start:end], t.places[start:end]}
}

// append adds another text.
func (t *text) append(o *text) {
	t.bytes, t.places = append(t.bytes, o.bytes...), append(t.places, o.places...)
}

// span is the place of the half-open range [start, end); whole is that of all.
func (t *text) span(start, end int, whole source.Span) source.Span {
	start, end = max(0, min(start, len(t.places))), max(0, min(end, len(t.places)))
	switch {
	case len(t.places) == 0:
		return whole
	case start >= end && start == len(t.places):
		at := t.places[start-1].End
		return source.Span{Start: at, End: at}
	case start >= end:
		at := t.places[start].Start
		return source.Span{Start: at, End: at}
	}
	return source.Span{Start: t.places[start].Start, End: max(t.places[end-1].End, t.places[start].Start)}
}

// whole is a text that stands for a span without its bytes having places of their own.
func whole(s string, at source.Span) *text {
	t := &text{}
	t.add(s, at)
	return t
}
