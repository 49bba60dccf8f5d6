package report

import (
	"encoding/json"
	"io"
)

// The JSON Lines report has an object on each line. "type" says what it is: a finding, a file that could not be linted, a notice, and last
// the summary. Findings are those of the JSON report, with the path of their file.
type jsonlFinding struct {
	Type string `json:"type"` // "finding"
	Path string `json:"path"`
	jsonFinding
}

type jsonlError struct {
	Type  string `json:"type"` // "error"
	Path  string `json:"path"`
	Error string `json:"error"`
}

type jsonlNotice struct {
	Type   string `json:"type"` // "notice"
	Notice string `json:"notice"`
}

type jsonlSummary struct {
	Type    string `json:"type"` // "summary"
	Tool    string `json:"tool"`
	Version string `json:"version"`
	summary
}

func writeJSONL(w io.Writer, run *Run, _ Options) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, notice := range run.Notices {
		if err := e.Encode(jsonlNotice{"notice", notice}); err != nil {
			return err
		}
	}
	for _, r := range run.Results {
		if r.Err != nil {
			if err := e.Encode(jsonlError{"error", r.Path, r.Err.Error()}); err != nil {
				return err
			}
			continue
		}
		for _, f := range r.Findings {
			if !run.reported(f) {
				continue
			}
			if err := e.Encode(jsonlFinding{"finding", r.Path, run.ofFinding(r.Source, f)}); err != nil {
				return err
			}
		}
	}
	return e.Encode(jsonlSummary{"summary", "plimline", run.Version, run.summary()})
}
