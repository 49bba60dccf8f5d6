package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/finding"
)

// maxMarkdown bounds the report, in bytes: GitHub takes comments of 65,536 characters, and job summaries of 1 MiB.
const maxMarkdown = 65000

// writeMarkdown writes a table for a job summary or a comment on a pull request, the worst first, so that what does not fit is the least.
func writeMarkdown(w io.Writer, run *Run, _ Options) error {
	issues := slices.Collect(run.issues())
	slices.SortStableFunc(issues, func(a, b issue) int { return b.rank() - a.rank() })
	var b strings.Builder
	fmt.Fprintf(&b, "### plimline\n\n%s\n", markdown(run.summary().String()))
	if len(issues) > 0 {
		b.WriteString("\n| Severity | Place | Finding | Rule |\n| --- | --- | --- | --- |\n")
	}
	for n, i := range issues {
		row := run.markdownRow(i)
		rest := fmt.Sprintf("\n%d more are not shown.\n", len(issues)-n)
		if b.Len()+len(row)+len(rest) > maxMarkdown {
			b.WriteString(rest)
			break
		}
		b.WriteString(row)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Run) markdownRow(i issue) string {
	sign := map[string]string{"error": "🔴", "warning": "🟡", "note": "🔵"}[i.word()]
	if sign == "" {
		sign = "⚪"
	}
	message := markdown(i.message)
	if i.finding != nil && i.finding.Fix != nil {
		message += "<br>Fix: " + markdown(i.finding.Fix.Title)
	}
	name := markdown(i.rule)
	if rule, ok := r.Catalog.Rule(i.rule); ok && strings.HasPrefix(Page(rule), "https://") {
		name = "[" + name + "](<" + strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C", "\n", "").Replace(Page(rule)) + ">)"
	}
	return fmt.Sprintf("| %s %s | %s:%d:%d | %s | %s |\n", sign, i.word(), markdown(i.path), i.line, i.column, message, name)
}

// rank orders issues by how bad they are.
func (i issue) rank() int {
	switch {
	case i.finding == nil:
		return int(finding.Error) + 1
	case i.unknown():
		return 0
	}
	return int(i.severity)
}

// maxCell bounds a text, in bytes, so that one monster does not take the room of all others.
const maxCell = 2000

// markdown is text as such: no markup, and no mention of a person or an issue, which GitHub would tell of it.
func markdown(s string) string {
	s = visible(s, false)
	if len(s) > maxCell {
		s = strings.ToValidUTF8(s[:maxCell], "") + "…"
	}
	return strings.NewReplacer(
		"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "@<!-- -->", "#", "#<!-- -->",
		`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "$", `\$`,
	).Replace(s)
}
