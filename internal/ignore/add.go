package ignore

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// Add are the edits that write a comment of plimline's for each finding: above its instruction, or for the whole file where it
// belongs to none. reason is one line.
func Add(f *dockerfile.File, findings []finding.Finding, reason string) []finding.Edit {
	above := make([][]string, len(f.Instructions))
	var file []string
	for _, x := range findings {
		if in := Target(f, x); in == nil || !free(f.Source, in) {
			file = append(file, x.Rule)
		} else {
			above[in.Index] = append(above[in.Index], x.Rule)
		}
	}
	for _, rules := range above {
		// A comment for an instruction would hide nothing that one for the file does not.
		for i, rule := range rules {
			if slices.Contains(file, rule) {
				rules[i] = ""
			}
		}
	}
	var edits []finding.Edit
	if text := line(File, file, reason); text != "" {
		edits = append(edits, onTop(f, text))
	}
	for i, in := range f.Instructions {
		if text := line(Instruction, above[i], reason); text != "" {
			edits = append(edits, onto(f, in, text))
		}
	}
	return edits
}

// Comment is the edit that writes one comment for one finding; ok is false when a comment of that scope cannot hide it, or cannot stand where
// it would have to.
func Comment(f *dockerfile.File, x finding.Finding, scope Scope, reason string) (edit finding.Edit, ok bool) {
	text := line(scope, []string{x.Rule}, reason)
	if scope == File {
		edit = onTop(f, text)
	} else {
		in := Target(f, x)
		for scope == Stage && in != nil && in.Name != "FROM" && in.Index > 0 {
			in = f.Instructions[in.Index-1]
		}
		if in == nil || scope == Stage && in.Name != "FROM" || !free(f.Source, in) {
			return edit, false
		}
		edit = onto(f, in, text)
	}
	after, ok := finding.Apply(f.Source.Bytes, []finding.Edit{edit})
	return edit, ok && SameInstructions(f, dockerfile.Parse(source.NewFile(f.Source.Path, after)))
}

// SameInstructions reports whether two files differ in nothing but comments.
func SameInstructions(a, b *dockerfile.File) bool {
	return len(a.Problems) == len(b.Problems) && len(a.Directives) == len(b.Directives) && a.Escape == b.Escape &&
		slices.EqualFunc(a.Instructions, b.Instructions, func(x, y *dockerfile.Instruction) bool {
			return x.Name == y.Name && a.Source.Text(x.Span) == b.Source.Text(y.Span)
		})
}

// onTop puts a comment's line at the top of the file, onto above an instruction.
func onTop(f *dockerfile.File, text string) finding.Edit {
	at := top(f.Source)
	if at > 0 && f.Source.Bytes[at-1] != '\n' && !bytes.HasSuffix(f.Source.Bytes[:at], []byte(source.BOM)) {
		text = "\n" + text
	}
	return finding.Edit{Span: source.Span{Start: at, End: at}, Text: ended(f, text)}
}

func onto(f *dockerfile.File, in *dockerfile.Instruction, text string) finding.Edit {
	return finding.Edit{Span: source.Span{Start: in.Span.Start, End: in.Span.Start}, Text: ended(f, text) + f.Source.Text(indent(f.Source, in))}
}

// ended ends lines as the file does.
func ended(f *dockerfile.File, text string) string {
	if bytes.Contains(f.Source.Bytes, []byte("\r\n")) {
		return strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// top is where a comment for the file goes: behind a first line for the shell and the directives, which a comment would end (BuildKit looks for
// "syntax" behind a line for the shell too). Further down it could come between a comment and the instruction that it describes.
func top(src *source.File) int {
	directive := regexp.MustCompile(`^\s*#\s*[A-Za-z][A-Za-z0-9]*\s*=`)
	for line := 1; line <= src.Lines(); line++ {
		at := src.LineSpan(line)
		text := src.Text(at)
		if line == 1 && strings.HasPrefix(text, source.BOM) {
			text = text[len(source.BOM):]
			at.Start += len(source.BOM)
		}
		if !directive.MatchString(text) && (line > 1 || !strings.HasPrefix(text, "#!")) {
			return at.Start
		}
	}
	return len(src.Bytes)
}

// line is a comment with its line's end; "" for no rules.
func line(scope Scope, rules []string, reason string) string {
	rules = slices.Clone(rules)
	slices.Sort(rules)
	rules = slices.DeleteFunc(slices.Compact(rules), func(rule string) bool { return rule == "" })
	if len(rules) == 0 {
		return ""
	}
	return strings.TrimRight("# plimline "+verbs()[scope]+"="+strings.Join(rules, ",")+" "+reason, " ") + "\n"
}

// indent is what stands before an instruction in its line.
func indent(src *source.File, in *dockerfile.Instruction) source.Span {
	start := src.LineSpan(src.Line(in.Span.Start)).Start
	if start == 0 && bytes.HasPrefix(src.Bytes, []byte(source.BOM)) {
		start = len(source.BOM)
	}
	return source.Span{Start: start, End: in.Span.Start}
}

// free reports whether a line can be put above an instruction: nothing but blanks stands before it.
func free(src *source.File, in *dockerfile.Instruction) bool {
	return strings.Trim(src.Text(indent(src, in)), " \t") == ""
}
