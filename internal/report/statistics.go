package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/finding"
)

// tally is what is shown of a rule's findings.
type tally struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"` // the worst; "unknown" when none could be decided
	Count    int    `json:"count"`
	Fixable  int    `json:"fixable"` // have a safe fix
	Title    string `json:"title"`
}

// tallies counts what is shown, by rule, the most frequent first.
func (r *Run) tallies() []tally {
	at := map[string]int{}
	worst := map[string]finding.Severity{}
	out := []tally{}
	for i := range r.issues() {
		if i.finding == nil {
			continue
		}
		if _, ok := at[i.rule]; !ok {
			rule, _ := r.Catalog.Rule(i.rule)
			at[i.rule] = len(out)
			out = append(out, tally{Rule: i.rule, Severity: "unknown", Title: rule.Title})
		}
		t := &out[at[i.rule]]
		t.Count++
		if i.mendable() {
			t.Fixable++
		}
		if !i.unknown() && i.severity > worst[i.rule] {
			worst[i.rule], t.Severity = i.severity, i.severity.String()
		}
	}
	slices.SortStableFunc(out, func(a, b tally) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Rule, b.Rule)) })
	return out
}

// writeStatistics counts findings by rule instead of listing them, as text or as a JSON list.
func writeStatistics(w io.Writer, format string, run *Run, opt Options) error {
	switch format {
	case "json":
		return encode(w, run.tallies())
	case "text":
	default:
		return fmt.Errorf("statistics are for the formats text and json, not for %s", format)
	}
	b := bufio.NewWriter(w)
	style := style{opt.Color}
	for i := range run.issues() {
		if i.finding == nil {
			fmt.Fprintf(b, "%s:%d:%d: %s %s\n", visible(i.path, false), i.line, i.column, style.severity(finding.Error, "error:"), visible(i.message, false))
		}
	}
	tallies := run.tallies()
	width := 0
	for _, t := range tallies {
		width = max(width, len(t.Rule))
	}
	for _, t := range tallies {
		mark := "   "
		if t.Fixable > 0 {
			mark = "[*]"
		}
		severity, _ := finding.ParseSeverity(t.Severity)
		line := fmt.Sprintf("%6d  %s  %-*s  %s  %s", t.Count, style.severity(severity, fmt.Sprintf("%-7s", t.Severity)), width, t.Rule, mark, style.dim(visible(t.Title, false)))
		fmt.Fprintln(b, strings.TrimRight(line, " "))
	}
	if !opt.Quiet {
		fmt.Fprintln(b, run.summary())
		if n := run.mendable(opt); n > 0 {
			fmt.Fprintf(b, "[*] plimline fix mends %d safely\n", n)
		}
	}
	return b.Flush()
}
