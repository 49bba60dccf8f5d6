package report

import (
	"io"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// The Reviewdog Diagnostic Format (github.com/reviewdog/reviewdog, proto/rdf). Its columns count bytes of the line from 1, a byte order
// mark among them: reviewdog cuts the line there.
type rdReport struct {
	Source      rdSource       `json:"source"`
	Diagnostics []rdDiagnostic `json:"diagnostics"`
}

type rdSource struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type rdDiagnostic struct {
	Message     string         `json:"message"`
	Location    rdLocation     `json:"location"`
	Severity    string         `json:"severity"` // ERROR, WARNING or INFO
	Code        rdCode         `json:"code"`
	Suggestions []rdSuggestion `json:"suggestions,omitempty"`
}

type rdLocation struct {
	Path  string  `json:"path"`
	Range rdRange `json:"range"`
}

type rdRange struct {
	Start rdPosition  `json:"start"`
	End   *rdPosition `json:"end,omitempty"`
}

type rdPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

type rdCode struct {
	Value string `json:"value"`
	URL   string `json:"url,omitempty"`
}

type rdSuggestion struct {
	Range rdRange `json:"range"`
	Text  string  `json:"text"`
}

// writeRDJSON writes findings with their fixes as suggestions, which a reviewer takes with a click: so only the safe ones are in it, and of
// these only those of one edit, because each suggestion is taken by itself.
func writeRDJSON(w io.Writer, run *Run, _ Options) error {
	out := rdReport{rdSource{"plimline", homepage}, []rdDiagnostic{}}
	for i := range run.issues() {
		d := rdDiagnostic{Message: i.message, Severity: rdSeverity(i), Code: rdCode{Value: i.rule},
			Location: rdLocation{i.path, rdRange{Start: rdPosition{i.line, i.column}}}}
		if rule, ok := run.Catalog.Rule(i.rule); ok {
			d.Code.URL = Page(rule)
		}
		if f := i.finding; f != nil {
			src := i.result.Source
			d.Location.Range = rdRangeOf(src, f.Span)
			if f.Fix != nil && f.Fix.Safe && len(f.Fix.Edits) == 1 && !f.Unknown {
				d.Suggestions = []rdSuggestion{{rdRangeOf(src, f.Fix.Edits[0].Span), f.Fix.Edits[0].Text}}
			}
		}
		out.Diagnostics = append(out.Diagnostics, d)
	}
	return encode(w, out)
}

func rdRangeOf(src *source.File, s source.Span) rdRange {
	at := func(offset int) rdPosition {
		line := src.Line(offset)
		return rdPosition{line, offset - src.LineSpan(line).Start + 1}
	}
	end := at(max(s.Start, s.End))
	return rdRange{at(s.Start), &end}
}

func rdSeverity(i issue) string {
	switch {
	case i.unknown():
		return "INFO"
	case i.severity == finding.Error:
		return "ERROR"
	case i.severity == finding.Warning:
		return "WARNING"
	}
	return "INFO"
}
