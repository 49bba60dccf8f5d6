package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/plimline/plimline/internal/finding"
)

// writeGitHub writes workflow commands, which GitHub shows as annotations
// (docs.github.com, "Workflow commands for GitHub Actions").
func writeGitHub(w io.Writer, run *Run, opt Options) error {
	b := bufio.NewWriter(w)
	for _, notice := range run.Notices {
		fmt.Fprintf(b, "::error title=plimline::%s\n", escapeData(notice))
	}
	for _, r := range run.Results {
		if r.Err != nil {
			fmt.Fprintf(b, "::error file=%s,title=plimline::%s\n", escapeProperty(r.Path), escapeData(r.Err.Error()))
			continue
		}
		for _, f := range r.Findings {
			if !run.shown(f) {
				continue
			}
			start, end := r.Source.Position(f.Span.Start), r.Source.Position(max(f.Span.Start, f.Span.End))
			place := fmt.Sprintf("line=%d,endLine=%d", start.Line, end.Line)
			// Columns count only within one line; endColumn is the last one.
			if start.Line == end.Line {
				place += fmt.Sprintf(",col=%d,endColumn=%d", start.Column, max(start.Column, end.Column-1))
			}
			fmt.Fprintf(b, "::%s file=%s,%s,title=plimline %s::%s\n", level(f), escapeProperty(r.Path), place, escapeProperty(f.Rule), escapeData(f.Text()))
		}
	}
	if !opt.Quiet {
		fmt.Fprintln(b, run.summary())
	}
	return b.Flush()
}

func level(f finding.Finding) string {
	switch {
	case f.Unknown:
	case f.Severity == finding.Error:
		return "error"
	case f.Severity == finding.Warning:
		return "warning"
	}
	return "notice"
}

func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(visible(s, true))
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(visible(s, false))
}
