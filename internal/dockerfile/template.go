package dockerfile

import (
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/source"
)

// action is how a template engine marks what it replaces.
type action struct {
	open, close string
	name        bool // only a name stands between
}

// actions are those of the engines met in public repositories: Go, Jinja and Mustache, ERB and EJS, sed scripts.
var actions = []action{{"{{", "}}", false}, {"{%", "%}", false}, {"<%", "%>", false}, {"@@", "@@", true}, {"%%", "%%", true}}

// template finds the first template action that stands where a Dockerfile has no room for one: in a keyword or in
// FROM, alone on a continued line, or in an instruction that BuildKit takes only without it.
// In commands and values braces are text: `docker inspect --format '{{.Id}}'` makes no template.
func (f *File) template(text string) (source.Span, bool) {
	if !slices.ContainsFunc(actions, func(a action) bool { return strings.Contains(text, a.open) }) {
		return source.Span{}, false
	}
	for i, in := range f.Instructions {
		where := []source.Text{in.Keyword.Map}
		if in.OnBuild != nil {
			where = append(where, in.OnBuild.Keyword.Map)
		}
		if in.Name == "FROM" {
			for _, flag := range in.Flags {
				where = append(where, flag.Value.Map)
			}
			where = append(where, in.Body)
		}
		for _, piece := range where {
			if found := findActions(piece, text); len(found) > 0 {
				return found[0], true
			}
		}
		lines := in.lines(text)
		found := findActions(source.TextAt(text[lines.Start:lines.End], lines.Start), text)
		if len(found) == 0 {
			continue
		}
		if f.needless(in, text) {
			return found[0], true
		}
		// An action that reaches into what would be the next instruction, were it one.
		last := found[len(found)-1]
		if i+1 < len(f.Instructions) && last.End > f.Instructions[i+1].Span.Start && f.Instructions[i+1].Problem != nil {
			return last, true
		}
		if at, ok := controlLine(text, in.lines(text)); ok {
			return at, true
		}
	}
	return source.Span{}, false
}

// lines is where the instruction stands without its heredocs.
func (in *Instruction) lines(text string) source.Span {
	span := in.Span
	for _, x := range []*Instruction{in, in.OnBuild} {
		if x != nil && len(x.Heredocs) > 0 {
			span.End = min(x.Heredocs[0].Body.Start, len(text))
		}
	}
	return span
}

// findActions finds the actions in a piece of the file, in order.
func findActions(piece source.Text, text string) []source.Span {
	var out []source.Span
	for _, a := range actions {
		open := 0 // those without an end: each costs a look ahead
		for pos := 0; pos < len(piece.String) && open < 100; {
			i := strings.Index(piece.String[pos:], a.open)
			if i < 0 {
				break
			}
			pos += i
			span, ok := a.span(text, piece.Offset(pos))
			pos += len(a.open)
			if !ok {
				open++
				continue
			}
			out = append(out, span)
			if strings.HasSuffix(text[span.Start:span.End], a.close) {
				pos = max(pos, min(pos-len(a.open)+span.Len(), len(piece.String)))
			} else {
				open++
			}
		}
	}
	slices.SortFunc(out, source.Span.Compare)
	return out
}

// span is the action that begins at the offset. One that does not end soon is cut at the line's end.
func (a action) span(text string, at int) (source.Span, bool) {
	const soon = 2048
	rest := text[at : at+min(len(text)-at, soon)]
	line, _, _ := strings.Cut(rest, "\n")
	if !strings.HasPrefix(rest, a.open) {
		return source.Span{}, false // a continuation stands within the mark
	}
	end := strings.Index(rest[len(a.open):], a.close)
	if a.name {
		if end < 1 || strings.Trim(rest[len(a.open):len(a.open)+end], nameBytes) != "" {
			return source.Span{}, false
		}
	}
	if end < 0 {
		return source.Span{Start: at, End: at + len(strings.TrimRight(line, "\r"))}, true
	}
	end += len(a.open) + len(a.close)
	if strings.HasPrefix(rest, "{{{") && strings.HasPrefix(rest[end:], "}") {
		end++
	}
	return source.Span{Start: at, End: at + end}, true
}

const nameBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."

// needless reports whether BuildKit refuses the instruction and would take it without its actions.
func (f *File) needless(in *Instruction, text string) bool {
	if in.Problem == nil || !isInstruction(in.Name) {
		return false
	}
	span := in.lines(text)
	raw := text[span.Start:span.End]
	for _, value := range []string{"", "1"} {
		var b strings.Builder
		rest := raw
		for rest != "" {
			at, size := nextAction(rest)
			b.WriteString(rest[:at])
			if size > 0 {
				b.WriteString(value)
			}
			rest = rest[at+size:]
		}
		if accepts(b.String(), f.Escape) {
			return true
		}
	}
	return false
}

// nextAction is where the first complete action stands in a text, and how long it is.
func nextAction(text string) (at, size int) {
	at = len(text)
	for _, a := range actions {
		i := strings.Index(text, a.open)
		if i < 0 || i >= at {
			continue
		}
		if span, ok := a.span(text, i); ok && strings.HasSuffix(text[span.Start:span.End], a.close) {
			at, size = i, span.Len()
		}
	}
	return at, size
}

// controlLine finds a continued line that is nothing but an action which directs an engine, such as {{ if .X }}.
func controlLine(text string, lines source.Span) (source.Span, bool) {
	for pos := lines.Start; pos < lines.End; {
		line, _, _ := strings.Cut(text[pos:lines.End], "\n")
		at := pos + len(line) - len(strings.TrimLeft(line, " \t"))
		first := pos == lines.Start
		pos += len(line) + 1
		if first {
			continue
		}
		for _, a := range actions {
			if a.name || !strings.HasPrefix(text[at:lines.End], a.open) {
				continue
			}
			span, ok := a.span(text, at)
			rest := text[min(span.End, pos-1):min(pos-1, lines.End)]
			if ok && span.End < pos && strings.Trim(rest, " \t\r\\`") == "" && isControl(text[at+len(a.open):span.End], a) {
				return span, true
			}
		}
	}
	return source.Span{}, false
}

// isControl reports whether the inside of an action directs the engine rather than puts a value.
func isControl(inside string, a action) bool {
	if a.open == "{%" {
		return true
	}
	inside = strings.TrimLeft(inside, "-+~ \t")
	if a.open == "{{" && inside != "" && strings.IndexByte("#/^", inside[0]) >= 0 {
		return true
	}
	end := strings.IndexFunc(inside, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
	if end < 0 {
		return false
	}
	switch strings.ToLower(inside[:end]) {
	case "if", "else", "elif", "elseif", "elsif", "unless", "for", "foreach", "range", "with", "end", "endif", "endfor",
		"define", "block", "template", "include":
		return true
	}
	return false
}

// actionText is an action fit for a message.
func actionText(text string) string {
	for _, a := range actions {
		if strings.HasPrefix(text, a.open) && (len(text) > 60 || strings.ContainsAny(text, "\r\n") || !strings.HasSuffix(text, a.close)) {
			return a.open + " ... " + a.close
		}
	}
	return text
}
