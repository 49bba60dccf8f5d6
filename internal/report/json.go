package report

import (
	"io"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// The JSON report: one object, documented by these structs. Lines and columns count from 1, columns in code points;
// offsets are bytes from 0.
type jsonReport struct {
	Tool    string     `json:"tool"`
	Version string     `json:"version"`
	Files   []jsonFile `json:"files"`
	Notices []string   `json:"notices"`
	Summary summary    `json:"summary"`
}

type jsonFile struct {
	Path     string        `json:"path"`
	Error    string        `json:"error,omitempty"`
	Findings []jsonFinding `json:"findings"`
}

type jsonFinding struct {
	Rule       string           `json:"rule"`
	Severity   string           `json:"severity"`
	Title      string           `json:"title,omitempty"` // the rule's
	Message    string           `json:"message"`
	Builds     []string         `json:"builds,omitempty"` // those that have it, where others do not: "service web"
	Unknown    bool             `json:"unknown,omitempty"`
	Start      jsonPosition     `json:"start"`
	End        jsonPosition     `json:"end"`
	Related    []jsonRelated    `json:"related,omitempty"`
	Fix        *jsonFix         `json:"fix,omitempty"`
	Suppressed *jsonSuppression `json:"suppressed,omitempty"`
}

type jsonPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"`
}

type jsonRelated struct {
	Message string       `json:"message"`
	Start   jsonPosition `json:"start"`
	End     jsonPosition `json:"end"`
}

type jsonFix struct {
	Title string     `json:"title"`
	Safe  bool       `json:"safe"`
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	Start jsonPosition `json:"start"`
	End   jsonPosition `json:"end"`
	Text  string       `json:"text"`
}

type jsonSuppression struct {
	Reason string        `json:"reason"`
	Start  *jsonPosition `json:"start,omitempty"` // the comment's; left out for the baseline
}

func writeJSON(w io.Writer, run *Run, _ Options) error {
	out := jsonReport{Tool: "plimline", Version: run.Version, Files: []jsonFile{}, Notices: append([]string{}, run.Notices...), Summary: run.summary()}
	for _, r := range run.Results {
		f := jsonFile{Path: r.Path, Findings: []jsonFinding{}}
		if r.Err != nil {
			f.Error = r.Err.Error()
		}
		for _, x := range r.Findings {
			if run.reported(x) {
				f.Findings = append(f.Findings, run.ofFinding(r.Source, x))
			}
		}
		out.Files = append(out.Files, f)
	}
	return encode(w, out)
}

func (r *Run) ofFinding(src *source.File, f finding.Finding) jsonFinding {
	at := func(offset int) jsonPosition {
		p := src.Position(offset)
		return jsonPosition{p.Line, p.Column, offset}
	}
	out := jsonFinding{Rule: f.Rule, Severity: f.Severity.String(), Message: f.Message, Builds: f.Builds, Unknown: f.Unknown, Start: at(f.Span.Start), End: at(f.Span.End)}
	if rule, ok := r.Catalog.Rule(f.Rule); ok {
		out.Title = rule.Title
	}
	for _, x := range f.Related {
		out.Related = append(out.Related, jsonRelated{x.Message, at(x.Span.Start), at(x.Span.End)})
	}
	if f.Fix != nil {
		out.Fix = &jsonFix{Title: f.Fix.Title, Safe: f.Fix.Safe, Edits: []jsonEdit{}}
		for _, x := range f.Fix.Edits {
			out.Fix.Edits = append(out.Fix.Edits, jsonEdit{at(x.Span.Start), at(x.Span.End), x.Text})
		}
	}
	if f.Suppressed != nil {
		out.Suppressed = &jsonSuppression{Reason: f.Suppressed.Reason}
		if !f.Suppressed.External {
			start := at(f.Suppressed.Span.Start)
			out.Suppressed.Start = &start
		}
	}
	return out
}
