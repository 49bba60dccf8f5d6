package report_test

import (
	"bytes"
	"testing"

	"github.com/plimline/plimline/internal/report"
)

// TestNotices: what is wrong with configurations and policies has a line each, with the place that it names.
func TestNotices(t *testing.T) {
	run := &report.Run{Notices: []string{
		"p/a.rego:4:2: illegal token\n\tx == 'y'\n\t     ^",
		"p/b.rego: cannot be used: p/c.rego:5:1: conflicting rules\np/d.rego:7: x has no y\n\tit has z",
		"read the data in p: too large",
	}}
	var b bytes.Buffer
	if err := report.Write(&b, "gnu", run, report.Options{}); err != nil {
		t.Fatal(err)
	}
	const want = `p/a.rego:4:2: error: illegal token (x == 'y') [plimline]
p/c.rego:5:1: error: p/b.rego: cannot be used: conflicting rules [plimline]
p/d.rego:7:1: error: x has no y (it has z) [plimline]
.:1:1: error: read the data in p: too large [plimline]
`
	if got := b.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
