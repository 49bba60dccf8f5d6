package report

import (
	"bufio"
	"fmt"
	"io"

	"github.com/mattn/go-runewidth"

	"github.com/plimline/plimline/internal/source"
)

// writeGNU writes a line for each finding as the GNU coding standards have it ("Formatting Error Messages"): columns are those of the
// screen, with tab stops every 8, which is how Emacs reads them, and Vim with %v.
func writeGNU(w io.Writer, run *Run, _ Options) error {
	b := bufio.NewWriter(w)
	for i := range run.issues() {
		column, word := i.column, i.word()
		if i.finding != nil {
			column = screenColumn(i.result.Source, i.finding.Span.Start)
		}
		if i.unknown() {
			word = "note: unknown" // readers know errors, warnings and notes
		}
		fmt.Fprintf(b, "%s:%d:%d: %s: %s [%s]\n", visible(i.path, false), i.line, column, word, visible(i.message, false), i.rule)
	}
	return b.Flush()
}

// screenColumn counts the columns that editors show a line in, from 1.
func screenColumn(src *source.File, offset int) int {
	line := src.LineSpan(src.Line(offset))
	columns := runewidth.Condition{StrictEmojiNeutral: true}
	at := 0
	for _, r := range src.Text(source.Span{Start: line.Start, End: min(offset, line.End)}) {
		switch {
		case r == '\t':
			at += 8 - at%8
		case r == '\uFEFF' && at == 0:
		case r < ' ' || r == 0x7f:
			at += 2 // ^M
		default:
			at += columns.RuneWidth(r)
		}
	}
	return at + 1
}
