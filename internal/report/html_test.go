package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// TestChanges: what the page shows of a fix.
func TestChanges(t *testing.T) {
	long := strings.Repeat("é", 60)
	for _, test := range []struct {
		name, text string
		edits      []finding.Edit
		want       string // lines with - and +, changes behind each other
	}{
		{"a word", "FROM a\nENV b c\n", []finding.Edit{edit(12, 13, "=")}, "-ENV b c +ENV b=c"},
		{"two places in a line", "ENV a b c\n", []finding.Edit{edit(7, 8, "="), edit(5, 6, "=")}, "-ENV a b c +ENV a=b=c"},
		{"two lines", "A\nB\nC\nD\n", []finding.Edit{edit(6, 7, "d"), edit(0, 1, "a")}, "-A +a -D +d"},
		{"a line that goes", "A\nB\nC\n", []finding.Edit{edit(2, 3, "")}, "-B"},
		{"the last line goes", "A\nB", []finding.Edit{edit(2, 3, "")}, "-B"},
		{"lines that come", "A\nB\n", []finding.Edit{edit(2, 2, "x\ny\n")}, "+x +y"},
		{"lines that come at the end", "A", []finding.Edit{edit(1, 1, "\nx")}, "+x"},
		{"one line of three", "A\nB\nC\n", []finding.Edit{edit(0, 5, "A\nX\nC")}, "-B +X"},
		{"line ends", "A\r\nB\r\n", []finding.Edit{edit(0, 1, "x\ny")}, "-A +x +y"},
		{"a long line", long + "a" + long, []finding.Edit{edit(120, 121, "b")},
			"-…" + strings.Repeat("é", 20) + "a" + strings.Repeat("é", 20) + "… +…" + strings.Repeat("é", 20) + "b" + strings.Repeat("é", 20) + "…"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, c := range changes(source.NewFile("Dockerfile", []byte(test.text)), test.edits) {
				for _, line := range c.old {
					got = append(got, "-"+line)
				}
				for _, line := range c.new {
					got = append(got, "+"+line)
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func edit(start, end int, text string) finding.Edit {
	return finding.Edit{Span: source.Span{Start: start, End: end}, Text: text}
}
