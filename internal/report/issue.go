package report

import (
	"encoding/json"
	"io"
	"iter"
	"regexp"
	"strconv"
	"strings"

	"github.com/plimline/plimline/internal/finding"
)

// failureRule stands where a format wants a rule's id for what is no finding: a file that could not be read, a broken configuration.
const failureRule = "plimline"

// issue is an entry of the formats that know nothing but a list of them.
type issue struct {
	path     string
	rule     string
	severity finding.Severity
	message  string
	line     int // from 1
	column   int // in code points, from 1
	// result and finding are what a finding is of; nil for what is none.
	result  *Result
	finding *finding.Finding
}

// unknown reports whether the issue could not be decided.
func (i issue) unknown() bool { return i.finding != nil && i.finding.Unknown }

// mendable reports whether plimline fix mends it.
func (i issue) mendable() bool {
	return i.finding != nil && i.finding.Fix != nil && i.finding.Fix.Safe
}

// word is how bad the issue is, in plimline's words.
func (i issue) word() string {
	if i.unknown() {
		return "unknown"
	}
	return i.severity.String()
}

// issues are what is wrong with configurations, then for each file why it could not be judged or what is shown of its findings.
func (r *Run) issues() iter.Seq[issue] {
	return func(yield func(issue) bool) {
		for _, notice := range r.Notices {
			for _, line := range unfolded(notice) {
				if !yield(ofNotice(line)) {
					return
				}
			}
		}
		for i := range r.Results {
			result := &r.Results[i]
			if result.Err != nil {
				if !yield(issue{path: result.Path, rule: failureRule, severity: finding.Error, message: result.Err.Error(), line: 1, column: 1}) {
					return
				}
				continue
			}
			for k := range result.Findings {
				f := &result.Findings[k]
				if !r.shown(*f) {
					continue
				}
				p := result.Source.Position(f.Span.Start)
				if !yield(issue{result.Path, f.Rule, f.Severity, f.Text(), p.Line, p.Column, result, f}) {
					return
				}
			}
		}
	}
}

// unfolded are the lines of a notice. What is indented, such as the line of a policy that does not parse, is said in brackets behind the line that
// it belongs to.
func unfolded(notice string) []string {
	var out []string
	for line := range strings.SplitSeq(notice, "\n") {
		text := strings.TrimSpace(line)
		switch {
		case len(out) == 0 || !strings.HasPrefix(line, "\t"):
			out = append(out, line)
		case strings.Trim(text, "^") != "": // what points at a column is of no use
			out[len(out)-1] += " (" + text + ")"
		}
	}
	return out
}

// ofNotice takes the place that a notice begins with out of it: "plimline.yaml:3:1: unknown key". A notice without one is about the folder.
func ofNotice(text string) issue {
	out := issue{path: ".", rule: failureRule, severity: finding.Error, message: text, line: 1, column: 1}
	m := regexp.MustCompile(`^(.+?):(\d+)(?::(\d+))?: (.+)$`).FindStringSubmatch(text)
	if m == nil {
		return out
	}
	line, err := strconv.Atoi(m[2])
	if err != nil || line < 1 {
		return out
	}
	// It may stand behind the name of what it keeps from being used.
	before, path := "", m[1]
	if i := strings.LastIndex(path, ": "); i >= 0 {
		before, path = path[:i+2], path[i+2:]
	}
	out.path, out.line, out.message = path, line, before+m[4]
	if column, err := strconv.Atoi(m[3]); err == nil && column > 0 {
		out.column = column
	}
	return out
}

// Page is where a rule is explained; "" when nobody says.
func Page(r finding.Rule) string {
	switch {
	case r.External && len(r.Links) > 0:
		return r.Links[0]
	case r.External:
		return ""
	case r.Kind == finding.KindPolicy:
		return homepage + "/blob/main/policies/" + r.Page() + "/README.md"
	}
	return homepage + "/blob/main/rules/" + r.Page() + "/README.md"
}

// encode writes v as JSON for people and tools: indented, with <, > and & as they are.
func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
