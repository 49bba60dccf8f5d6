package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
)

// TestMarkdownFits: a report that would be too large for a comment leaves the least out, and says how much.
func TestMarkdownFits(t *testing.T) {
	r := of("D", "FROM a\n")
	for i := range 2000 {
		severity := finding.Note
		if i%100 == 99 {
			severity = finding.Error
		}
		r.Results[0].Findings = append(r.Results[0].Findings, finding.Finding{Rule: "x", Severity: severity, Span: source.Span{End: 4}, Message: fmt.Sprintf("number %d %s", i, strings.Repeat("ü|", 40))})
	}
	r.Results[0].Findings = append(r.Results[0].Findings, finding.Finding{Rule: "x", Severity: finding.Error, Message: strings.Repeat("@", 100000)})
	out := write(t, "markdown", r, report.Options{})
	if len(out) > 65536 || len(out) < 60000 {
		t.Errorf("%d bytes", len(out))
	}
	if n := strings.Count(out, "🔴"); n != 21 {
		t.Errorf("%d of 21 errors", n)
	}
	rows := strings.Count(out, "\n| 🔴") + strings.Count(out, "\n| 🔵")
	if want := fmt.Sprintf("\n%d more are not shown.\n", 2001-rows); !strings.HasSuffix(out, want) {
		t.Errorf("it ends in %q, want %q", out[len(out)-40:], want)
	}
}
