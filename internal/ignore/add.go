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
	end := "\n"
	if bytes.Contains(f.Source.Bytes, []byte("\r\n")) {
		end = "\r\n"
	}
	var edits []finding.Edit
	if text := line("ignore-file", file, reason); text != "" {
		at := top(f.Source)
		if at > 0 && f.Source.Bytes[at-1] != '\n' && !bytes.HasSuffix(f.Source.Bytes[:at], []byte(source.BOM)) {
			text = "\n" + text
		}
		edits = append(edits, finding.Edit{Span: source.Span{Start: at, End: at}, Text: strings.ReplaceAll(text, "\n", end)})
	}
	for i, in := range f.Instructions {
		if text := line("ignore", above[i], reason); text != "" {
			text = strings.TrimSuffix(text, "\n") + end + f.Source.Text(indent(f.Source, in))
			edits = append(edits, finding.Edit{Span: source.Span{Start: in.Span.Start, End: in.Span.Start}, Text: text})
		}
	}
	return edits
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
func line(verb string, rules []string, reason string) string {
	rules = slices.Clone(rules)
	slices.Sort(rules)
	rules = slices.DeleteFunc(slices.Compact(rules), func(rule string) bool { return rule == "" })
	if len(rules) == 0 {
		return ""
	}
	return strings.TrimRight("# plimline "+verb+"="+strings.Join(rules, ",")+" "+reason, " ") + "\n"
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
