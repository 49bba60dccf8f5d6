// Package report writes the findings of a run in the formats that people and other tools read, one file each.
package report

import (
	"fmt"
	"io"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// Result is what linting one file gave.
type Result struct {
	Path     string            // as the user named the file, with slashes
	Source   *source.File      // nil when the file could not be read
	Err      error             // why the file could not be read or judged; else nil
	Findings []finding.Finding // sorted; suppressed ones are marked
	Graphs   []Graph           // for a report that ShowsGraph: one for each way the file is built
}

// Graph is a picture of a file's stages.
type Graph struct {
	Name string // of what is built; "" when there is one way
	SVG  string
}

// Run is everything a report may tell.
type Run struct {
	Results     []Result
	Catalog     *finding.Catalog
	Version     string
	ShowUnknown bool     // also report what could not be decided
	Notices     []string // what is wrong with configurations
}

// Options are for reports that people read.
type Options struct {
	Color bool
	Width int  // of the terminal, in columns; 0 when there is none
	Quiet bool // leaves the summary out of what is read line by line
	Fixed bool // safe fixes have been made, and what is left has none that could be kept
	// Statistics counts findings by rule instead of listing them; text and json alone can.
	Statistics bool
}

type writer func(io.Writer, *Run, Options) error

// format is a name and what writes it.
type format struct {
	name  string
	write writer
}

func formats() []format {
	return []format{
		{"text", writeText}, {"json", writeJSON}, {"jsonl", writeJSONL}, {"sarif", writeSARIF}, {"github", writeGitHub}, {"gitlab", writeGitLab},
		{"azure", writeAzure}, {"checkstyle", writeCheckstyle}, {"junit", writeJUnit}, {"rdjson", writeRDJSON}, {"sonarqube", writeSonarQube},
		{"gnu", writeGNU}, {"markdown", writeMarkdown}, {"html", writeHTML},
	}
}

// Formats lists the names Write knows.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// ShowsGraph reports whether a format has room for each Result's Graphs.
func ShowsGraph(format string) bool { return format == "html" }

// Write writes the run in a format.
func Write(w io.Writer, format string, run *Run, opt Options) error {
	if opt.Statistics {
		return writeStatistics(w, format, run, opt)
	}
	for _, f := range formats() {
		if f.name == format {
			return f.write(w, run, opt)
		}
	}
	return fmt.Errorf("no such format: %s", format)
}

// reported reports whether a finding belongs in a report at all.
func (r *Run) reported(f finding.Finding) bool { return !f.Unknown || r.ShowUnknown }

// shown reports whether a finding is shown to people: suppressed ones are only counted.
func (r *Run) shown(f finding.Finding) bool { return r.reported(f) && f.Suppressed == nil }

// summary counts.
type summary struct {
	Findings   int `json:"findings"`
	Errors     int `json:"errors"`
	Warnings   int `json:"warnings"`
	Notes      int `json:"notes"`
	Suppressed int `json:"suppressed"`
	Files      int `json:"files"`
	Unreadable int `json:"unreadable"`
	flagged    int // files with findings
}

func (r *Run) summary() summary {
	var s summary
	for _, result := range r.Results {
		if result.Err != nil {
			s.Unreadable++
			continue
		}
		s.Files++
		before := s.Findings
		for _, f := range result.Findings {
			if !r.reported(f) {
				continue
			}
			if f.Suppressed != nil {
				s.Suppressed++
				continue
			}
			s.Findings++
			switch f.Severity {
			case finding.Error:
				s.Errors++
			case finding.Warning:
				s.Warnings++
			default:
				s.Notes++
			}
		}
		if s.Findings > before {
			s.flagged++
		}
	}
	return s
}

// mendable counts the findings shown that plimline fix mends.
func (r *Run) mendable(opt Options) int {
	n := 0
	if opt.Fixed {
		return n
	}
	for i := range r.issues() {
		if i.mendable() {
			n++
		}
	}
	return n
}

// String is the one-line summary.
func (s summary) String() string {
	out := "No findings in " + count(s.Files, "file")
	if s.Findings > 0 {
		out = count(s.Findings, "finding") + " ("
		for i, part := range s.parts() {
			if i > 0 {
				out += ", "
			}
			out += part
		}
		out += ") in " + count(s.flagged, "file")
		if s.flagged < s.Files {
			out = fmt.Sprintf("%s of %d", out, s.Files)
		}
	}
	if s.Suppressed > 0 {
		out += fmt.Sprintf(", %d suppressed", s.Suppressed)
	}
	if s.Unreadable > 0 {
		out += ", " + count(s.Unreadable, "file") + " could not be linted"
	}
	return out
}

func (s summary) parts() []string {
	var out []string
	for _, p := range []struct {
		n    int
		name string
	}{{s.Errors, "error"}, {s.Warnings, "warning"}, {s.Notes, "note"}} {
		if p.n > 0 {
			out = append(out, count(p.n, p.name))
		}
	}
	return out
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
