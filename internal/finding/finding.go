// Package finding is what a rule says about a file: where, what, how bad, and how to mend it.
package finding

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/source"
)

// Severity orders findings by how bad they are. Off hides a rule.
type Severity int

// The severities, least first.
const (
	Off Severity = iota
	Note
	Warning
	Error
)

var severityNames = []string{"off", "note", "warning", "error"}

func (s Severity) String() string { return severityNames[s] }

// SeverityNames lists the words ParseSeverity takes, least first.
func SeverityNames() []string { return severityNames }

// ParseSeverity reads "off", "note" (or "info"), "warning" or "error".
func ParseSeverity(s string) (Severity, error) {
	if s == "info" {
		return Note, nil
	}
	for i, name := range severityNames {
		if s == name {
			return Severity(i), nil
		}
	}
	return Off, fmt.Errorf("%q is not a severity; use one of %s", s, strings.Join(severityNames, ", "))
}

// Faulty is the rule that says which others failed.
const Faulty = "faulty-rule"

// Finding is one thing a rule found in one file.
type Finding struct {
	Rule     string // the rule's id, such as "root-user"
	Severity Severity
	Span     source.Span
	Message  string
	Related  []Related
	Fix      *Fix
	// Builds are the builds of the Dockerfile that have it, where others do not: "service web", "target prod".
	Builds []string
	// Unknown marks what could not be decided from the file; it is reported only on request.
	Unknown bool
	// Suppressed says which comment hides the finding; nil means none does.
	Suppressed *Suppression
}

// Related is another place that helps to understand a finding.
type Related struct {
	Span    source.Span
	Message string
}

// Fix is a way to mend a finding.
type Fix struct {
	Title string
	Safe  bool // the fix cannot change what the image does
	Edits []Edit
}

// Edit replaces the bytes of Span by Text.
type Edit struct {
	Span source.Span
	Text string
}

// Suppression is why a finding does not count.
type Suppression struct {
	Span   source.Span // the comment
	Reason string      // the user's words, may be empty
	// External is true for what is suppressed by no comment, but by the baseline; Span is empty then.
	External bool
}

// maxBuilds is how many builds are named in a text.
const maxBuilds = 3

// Text is the message for people, with the builds that have it where others do not.
func (f Finding) Text() string {
	if len(f.Builds) == 0 {
		return f.Message
	}
	named, more := f.Builds, ""
	if len(named) > maxBuilds+1 {
		named, more = named[:maxBuilds], fmt.Sprintf(" and %d more", len(named)-maxBuilds)
	}
	return fmt.Sprintf("%s (in %s%s)", f.Message, strings.Join(named, ", "), more)
}

// Compare orders findings of one file: by start, end, rule, then message.
func Compare(a, b Finding) int {
	return cmp.Or(a.Span.Compare(b.Span), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
}

// Apply makes edits in a text; ok is false when two overlap.
func Apply(text []byte, edits []Edit) (out []byte, ok bool) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.Span.Compare(b.Span) })
	at := 0
	for _, e := range edits {
		if e.Span.Start < at || e.Span.End > len(text) {
			return nil, false
		}
		out = append(out, text[at:e.Span.Start]...)
		out = append(out, e.Text...)
		at = e.Span.End
	}
	return append(out, text[at:]...), true
}

func blank(src *source.File, line int) bool {
	at := src.LineSpan(line)
	return len(bytes.TrimSpace(src.Bytes[at.Start:at.End])) == 0
}

// Tidy makes edits fit the file: a deletion that leaves a line with nothing on it takes the line along, and new lines end as the
// file's do.
func Tidy(src *source.File, edits []Edit) []Edit {
	crlf := bytes.Contains(src.Bytes, []byte("\r\n"))
	out := make([]Edit, len(edits))
	for i, e := range edits {
		if crlf {
			e.Text = strings.ReplaceAll(strings.ReplaceAll(e.Text, "\r\n", "\n"), "\n", "\r\n")
		}
		if e.Text == "" && e.Span.Len() > 0 && src.Bytes[e.Span.End-1] != '\n' {
			first, last := src.LineSpan(src.Line(e.Span.Start)), src.LineSpan(src.Line(e.Span.End))
			before, after := src.Bytes[first.Start:e.Span.Start], src.Bytes[e.Span.End:max(e.Span.End, last.End)]
			if len(bytes.TrimSpace(before)) == 0 && len(bytes.TrimSpace(after)) == 0 {
				e.Span.Start = first.Start
				if line := src.Line(e.Span.End); line < src.Lines() {
					e.Span.End = src.LineSpan(line + 1).Start
					// Of the empty lines around it one is enough.
					if line+1 < src.Lines() && blank(src, line+1) && (first.Start == 0 || blank(src, src.Line(first.Start)-1)) {
						e.Span.End = src.LineSpan(line + 2).Start
					}
				}
			}
		}
		out[i] = e
	}
	return out
}
