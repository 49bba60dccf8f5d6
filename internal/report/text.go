package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

const (
	tabWidth = 4
	// maxLines is how many lines of a long finding are shown.
	maxLines = 4
	// maxWidth is how many columns of a line are shown where no terminal says.
	maxWidth = 160
)

// style is the terminal's colours, or none.
type style struct{ on bool }

func (s style) wrap(code, text string) string {
	if !s.on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(t string) string { return s.wrap("1", t) }
func (s style) dim(t string) string  { return s.wrap("2", t) }

func (s style) severity(v finding.Severity, t string) string {
	switch v {
	case finding.Error:
		return s.wrap("1;31", t)
	case finding.Warning:
		return s.wrap("1;33", t)
	}
	return s.wrap("1;36", t)
}

func writeText(w io.Writer, run *Run, opt Options) error {
	b := bufio.NewWriter(w)
	t := &text{w: b, style: style{opt.Color}, width: opt.Width, columns: runewidth.Condition{StrictEmojiNeutral: true}}
	if t.width <= 0 {
		t.width = maxWidth
	}
	for _, notice := range run.Notices {
		fmt.Fprintf(b, "%s\n", visible(notice, true))
	}
	for _, r := range run.Results {
		if r.Err != nil {
			fmt.Fprintf(b, "%s: %s %s\n", t.style.bold(visible(r.Path, false)), t.style.severity(finding.Error, "error:"), visible(r.Err.Error(), false))
			continue
		}
		for _, f := range r.Findings {
			if run.shown(f) {
				t.finding(r, f)
			}
		}
	}
	if !opt.Quiet {
		fmt.Fprintln(b, run.summary())
		if n := run.mendable(opt); n > 0 {
			fmt.Fprintf(b, "plimline fix mends %d safely\n", n)
		}
	}
	return b.Flush()
}

type text struct {
	w     io.Writer
	style style
	width int
	// columns says how wide characters are. The package's own functions ask the locale, which would make
	// other bytes of the same run on another machine.
	columns runewidth.Condition
}

// finding writes a headline, a code frame, related places and the fix's title.
func (t *text) finding(r Result, f finding.Finding) {
	p := r.Source.Position(f.Span.Start)
	severity := f.Severity.String()
	if f.Unknown {
		severity = "unknown"
	}
	fmt.Fprintf(t.w, "%s %s %s %s\n",
		t.style.bold(fmt.Sprintf("%s:%d:%d:", visible(r.Path, false), p.Line, p.Column)),
		t.style.severity(f.Severity, severity+":"), visible(f.Text(), false), t.style.dim("["+f.Rule+"]"))
	gutter := len(fmt.Sprint(r.Source.Line(max(f.Span.Start, f.Span.End-1))))
	for _, x := range f.Related {
		gutter = max(gutter, len(fmt.Sprint(r.Source.Line(x.Span.Start))))
	}
	t.frame(r.Source, f.Span, "^", func(s string) string { return t.style.severity(f.Severity, s) }, "", gutter)
	for _, x := range f.Related {
		if x.Span != f.Span {
			t.frame(r.Source, x.Span, "-", t.style.dim, x.Message, gutter)
		}
	}
	for _, x := range f.Related {
		if x.Span == f.Span { // a remark: the place has been shown
			fmt.Fprintf(t.w, "%*s %s note: %s\n", gutter, "", t.style.dim("="), visible(x.Message, false))
		}
	}
	if f.Fix != nil {
		fmt.Fprintf(t.w, "%*s %s help: %s\n", gutter, "", t.style.dim("="), visible(f.Fix.Title, false))
	}
	fmt.Fprintln(t.w)
}

// frame shows the lines of a span with marks below, and a note behind the marks.
func (t *text) frame(src *source.File, span source.Span, mark string, paint func(string) string, note string, gutter int) {
	bar := t.style.dim("|")
	first, last := src.Line(span.Start), src.Line(max(span.Start, span.End-1))
	fmt.Fprintf(t.w, "%*s %s\n", gutter, "", bar)
	for line := first; line <= last; line++ {
		if line-first == maxLines {
			fmt.Fprintf(t.w, "%*s %s %s\n", gutter, "", bar, t.style.dim(fmt.Sprintf("... %s more", count(last-line+1, "line"))))
			break
		}
		at := src.LineSpan(line)
		if line == 1 {
			at.Start += len(src.Text(at)) - len(strings.TrimPrefix(src.Text(at), source.BOM))
		}
		text := src.Text(at)
		from, to := max(span.Start, at.Start)-at.Start, min(span.End, at.End)-at.Start
		from = max(0, min(from, len(text)))
		to = max(from, min(to, len(text)))
		if line > first {
			// Marks of further lines leave the indentation out.
			from += len(text[from:to]) - len(strings.TrimLeft(text[from:to], " \t"))
		}
		code, start, width := t.cut(text, from, to)
		fmt.Fprintf(t.w, "%*d %s %s\n", gutter, line, bar, strings.TrimRight(code, " "))
		marks := paint(strings.Repeat(mark, max(width, 1)))
		if note != "" && line == first {
			marks += " " + paint(visible(note, false))
		}
		fmt.Fprintf(t.w, "%*s %s %s%s\n", gutter, "", bar, strings.Repeat(" ", start), marks)
	}
}

// cut renders a line and says in which column the bytes [from, to) begin and how wide they are.
// Of a line that is too long, the part around them is left.
func (t *text) cut(line string, from, to int) (code string, start, width int) {
	before, inside, after := visible(line[:from], true), visible(line[from:to], true), visible(line[to:], true)
	start, width = t.columns.StringWidth(before), t.columns.StringWidth(inside)
	if room := t.width - 10; start+width+t.columns.StringWidth(after) > room {
		if lead := max(10, room/3); start > lead {
			before = "…" + t.columns.TruncateLeft(before, start-lead+1, "")
			start = t.columns.StringWidth(before)
		}
		inside = t.columns.Truncate(inside, max(room-start, 10), "…")
		width = t.columns.StringWidth(inside)
		after = t.columns.Truncate(after, max(room-start-width, 1), "…")
	}
	return before + inside + after, start, width
}

// Safe is a writer for text that others have had a hand in: what could move a terminal's cursor, or change its colours, is made visible.
func Safe(w io.Writer) io.Writer { return safe{w} }

type safe struct{ io.Writer }

func (s safe) Write(p []byte) (int, error) {
	cells := strings.Split(string(p), "\t")
	for i := range cells {
		cells[i] = visible(cells[i], true)
	}
	if _, err := io.WriteString(s.Writer, strings.Join(cells, "\t")); err != nil {
		return 0, err
	}
	return len(p), nil
}

// visible makes text fit for a terminal: tabs become spaces, and control characters, which could move the cursor or
// change colours, become symbols. With layout, line breaks stay.
func visible(s string, layout bool) string {
	plain := true
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\t' && layout:
			b.WriteString(strings.Repeat(" ", tabWidth))
		case r == '\n' && layout:
			b.WriteByte('\n')
		case r < ' ':
			b.WriteRune('␀' + r)
		case r == 0x7f:
			b.WriteRune('␡')
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			b.WriteRune('\uFFFD')
		case !unicode.IsPrint(r) && !unicode.IsMark(r) && r != '\u200d':
			fmt.Fprintf(&b, "<U+%04X>", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
