package inputs

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// Inline is a Dockerfile that stands in another file.
type Inline struct {
	File *source.File // where it stands
	text *text
	// written says how: lines can be edited in a block.
	written style
	at      source.Span // where it begins, for an empty one
	again   func(*source.File) ([]Build, error)
}

func newInline(file *source.File, t *text, written style, at source.Span) *Inline {
	return &Inline{File: file, text: t, written: written, at: at}
}

// Text is the Dockerfile.
func (in *Inline) Text() []byte { return in.text.bytes }

// Span is where a range of the Dockerfile stands in the file.
func (in *Inline) Span(s source.Span) source.Span { return in.text.span(s.Start, s.End, in.at) }

// Within is the range of the Dockerfile that stands at a range of the file, as Span gives it; ok is false for one of something else.
func (in *Inline) Within(s source.Span) (at source.Span, ok bool) {
	places := in.text.places
	from := func(offset, start int) int {
		for i := start; i < len(places); i++ {
			if places[i].Start >= offset {
				return i
			}
		}
		return len(places)
	}
	at.Start = from(s.Start, 0)
	if in.Span(source.Span{Start: at.Start, End: at.Start}).Start != s.Start {
		return source.Span{}, false
	}
	at.End = from(s.End, at.Start)
	return at, true
}

// Start tells one Dockerfile of the file from another.
func (in *Inline) Start() int { return in.Span(source.Span{}).Start }

// Finding is a finding of the Dockerfile as one of the file. It keeps its fix where the edits can be made in the file.
func (in *Inline) Finding(f finding.Finding) finding.Finding {
	if f.Fix != nil {
		edits, ok := in.Edits(f.Fix.Edits)
		if ok {
			f.Fix = &finding.Fix{Title: f.Fix.Title, Safe: f.Fix.Safe, Edits: edits}
		} else {
			f.Fix = nil
		}
	}
	f.Span = in.Span(f.Span)
	f.Related = slices.Clone(f.Related)
	for i := range f.Related {
		f.Related[i].Span = in.Span(f.Related[i].Span)
	}
	if f.Suppressed != nil {
		s := *f.Suppressed
		s.Span = in.Span(s.Span)
		f.Suppressed = &s
	}
	return f
}

// Edits are edits of the Dockerfile as edits of the file. ok is false when there are none that make of the file what they make of the
// Dockerfile, and of nothing else in it: the file is read again to know.
func (in *Inline) Edits(edits []finding.Edit) (out []finding.Edit, ok bool) {
	for _, e := range edits {
		mapped, ok := in.edit(e)
		if !ok {
			return nil, false
		}
		out = append(out, mapped)
	}
	want, ok := finding.Apply(in.text.bytes, edits)
	if !ok {
		return nil, false
	}
	changed, ok := finding.Apply(in.File.Bytes, out)
	if !ok || !in.becomes(changed, string(want)) {
		return nil, false
	}
	return out, true
}

// edit is one edit, made as the file writes the Dockerfile.
func (in *Inline) edit(e finding.Edit) (finding.Edit, bool) {
	t, start, end := in.text, e.Span.Start, e.Span.End
	if len(t.bytes) == 0 || start < 0 || end < start || end > len(t.bytes) {
		return e, false
	}
	for i := start; i < end; i++ {
		at := t.places[i]
		if at.Len() == 0 || in.File.Text(at) != string(t.bytes[i]) && t.bytes[i] != '\n' {
			return e, false // it stands for something else
		}
	}
	out := finding.Edit{Span: in.Span(e.Span), Text: e.Text}
	if !strings.Contains(e.Text, "\n") && !bytes.Contains(t.bytes[start:end], []byte("\n")) {
		return out, true
	}
	if in.written != styleBlock {
		return e, false
	}
	eol, indent := in.lines()
	text := strings.ReplaceAll(e.Text, "\n", eol)
	last := end == len(t.bytes)
	if end > start && t.bytes[end-1] == '\n' && !last {
		out.Span.End = t.places[end].Start
	}
	startsLine := start == 0 || t.bytes[start-1] == '\n'
	behind := start == end && last && startsLine && start > 0 // where the next line would begin, at its very start
	switch {
	case behind:
		text = prefixed(text, eol, indent)
	case text == "" && startsLine && (last || t.bytes[end] == '\n'):
		// No line is left to have the indent.
		if before := in.File.LineSpan(in.File.Line(out.Span.Start)).Start; in.File.Text(source.Span{Start: before, End: out.Span.Start}) == indent {
			out.Span.Start = before
		}
	default:
		ended := strings.HasSuffix(text, eol) && (last || t.bytes[end] == '\n' && end > start && t.bytes[end-1] == '\n')
		text = strings.ReplaceAll(text, eol, eol+indent)
		if ended {
			text = strings.TrimSuffix(text, indent)
		}
	}
	for empty := eol + indent + eol; indent != "" && strings.Contains(text, empty); {
		text = strings.ReplaceAll(text, empty, eol+eol)
	}
	out.Text = text
	return out, true
}

// prefixed puts the indent in front of every line.
func prefixed(text, eol, indent string) string {
	if text == "" {
		return ""
	}
	ended := strings.HasSuffix(text, eol)
	text = indent + strings.ReplaceAll(strings.TrimSuffix(text, eol), eol, eol+indent)
	if ended {
		text += eol
	}
	return text
}

// lines is how the file ends its lines, and the indent of the Dockerfile's.
func (in *Inline) lines() (eol, indent string) {
	eol = "\n"
	if bytes.Contains(in.File.Bytes, []byte("\r\n")) {
		eol = "\r\n"
	}
	start := in.text.places[0].Start
	if first := bytes.IndexFunc(in.text.bytes, func(r rune) bool { return r != '\n' }); first >= 0 {
		start = in.text.places[first].Start
	}
	line := in.File.LineSpan(in.File.Line(start))
	return eol, in.File.Text(source.Span{Start: line.Start, End: start})
}

// becomes reports whether a changed file says the same as before, but for the Dockerfile, which is want.
func (in *Inline) becomes(changed []byte, want string) bool {
	if in.again == nil {
		return false
	}
	before, err := in.again(in.File)
	if err != nil {
		return false
	}
	after, err := in.again(source.NewFile(in.File.Path, changed))
	if err != nil || len(before) != len(after) {
		return false
	}
	found := false
	for i := range before {
		b, a := before[i], after[i]
		if b.Name != a.Name || b.Context != a.Context || b.Dockerfile != a.Dockerfile || b.Target != a.Target || b.Unknown != a.Unknown ||
			!maps.Equal(b.Args, a.Args) || !slices.Equal(b.Contexts, a.Contexts) || !slices.Equal(b.CallersArgs, a.CallersArgs) ||
			(b.Err == nil) != (a.Err == nil) || (b.Inline == nil) != (a.Inline == nil) {
			return false
		}
		if b.Inline == nil {
			continue
		}
		expected := b.Inline.text.String()
		if b.Inline.File.Path == in.File.Path && b.Inline.Start() == in.Start() {
			expected, found = want, true
		}
		// Empty lines at the end are the block's to keep or not.
		if strings.TrimRight(a.Inline.text.String(), "\n") != strings.TrimRight(expected, "\n") {
			return false
		}
	}
	return found
}
