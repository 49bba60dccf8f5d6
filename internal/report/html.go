package report

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

//go:embed html/style.css
var htmlStyle string

//go:embed html/script.js
var htmlScript string

// writeHTML writes one page with all sources, the findings in them and the stages. It loads nothing; without its script, which filters,
// everything is shown.
func writeHTML(w io.Writer, run *Run, _ Options) error {
	p := &htmlPage{run: run, tallies: run.tallies()}
	sum := run.summary()
	state := ""
	if sum.Findings+sum.Unreadable+len(run.Notices) == 0 {
		state = " good"
	}
	p.add(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>plimline: %s</title>
<style>
%s</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
<header>
<h1><svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true"><g fill="none" stroke="currentColor" stroke-width="3.5"><circle cx="16" cy="16" r="9"/><path d="M1 16h30"/></g></svg>plimline</h1>
<p class="summary%s">%s</p>
</header>
`, plain(sum.String()), raw(htmlStyle), raw(state), plain(sum.String()))
	p.filters()
	p.add("<main id=\"findings\">\n")
	p.notices()
	p.rules()
	p.files()
	var clean []Result
	for i, r := range run.Results {
		if !p.stands(r) {
			clean = append(clean, r)
			continue
		}
		p.file(i+1, r)
	}
	if len(clean) > 0 {
		p.add("<details class=\"clean\"><summary>%s without findings</summary><ul>\n", plain(count(len(clean), "file")))
		for _, r := range clean {
			p.add("<li>%s</li>\n", plain(r.Path))
		}
		p.add("</ul></details>\n")
	}
	p.add(`</main>
<footer><p hidden><kbd>j</kbd> next finding, <kbd>k</kbd> previous one, <kbd>/</kbd> search, <kbd>Esc</kbd> leaves it</p><p>plimline %s</p></footer>
<script>
%s</script>
</body>
</html>
`, plain(run.Version), raw(htmlScript))
	_, err := io.WriteString(w, p.b.String())
	return err
}

// htmlPage is a page as it grows. Whatever is not raw is escaped: text and attributes, which are always quoted, alike.
type htmlPage struct {
	run     *Run
	tallies []tally
	b       strings.Builder
}

// stands reports whether a file has a section of its own.
func (p *htmlPage) stands(r Result) bool {
	return r.Err != nil || slices.ContainsFunc(r.Findings, p.run.reported)
}

type (
	plain string // escaped
	raw   string // of our own making
)

func (p *htmlPage) add(format string, args ...any) {
	for i, a := range args {
		switch x := a.(type) {
		case plain:
			args[i] = html.EscapeString(visible(string(x), false))
		case raw:
			args[i] = string(x)
		case int:
		default:
			panic(fmt.Sprintf("neither plain nor raw: %T", a))
		}
	}
	fmt.Fprintf(&p.b, format, args...)
}

func htmlClass(f finding.Finding) string {
	if f.Unknown {
		return "unknown"
	}
	return f.Severity.String()
}

// filters is the bar that the script brings to life.
func (p *htmlPage) filters() {
	counts := map[string]int{}
	rules, levels := map[string]bool{}, map[string]bool{}
	suppressed := 0
	files := &htmlPage{}
	for i, r := range p.run.Results {
		if p.stands(r) {
			files.add("<option value=\"f%d\">%s</option>", i+1, plain(r.Path))
		}
		for _, f := range r.Findings {
			switch {
			case !p.run.reported(f):
				continue
			case f.Suppressed != nil:
				suppressed++
			default:
				counts[htmlClass(f)]++
			}
			levels[htmlClass(f)], rules[f.Rule] = true, true
		}
	}
	if len(rules) == 0 {
		return
	}
	p.add("<div class=\"filters\" hidden><form id=\"filter\" aria-label=\"Filters\">\n<fieldset><legend>Show</legend>\n")
	for _, class := range []string{"error", "warning", "note", "unknown"} {
		if levels[class] {
			p.add("<label class=\"%s\"><input type=\"checkbox\" name=\"severity\" value=\"%s\" checked> %s (%d)</label>\n", raw(class), raw(class), raw(class), counts[class])
		}
	}
	if suppressed > 0 {
		p.add("<label><input type=\"checkbox\" name=\"suppressed\"> suppressed (%d)</label>\n", suppressed)
	}
	p.add("</fieldset>\n<label>Rule <select name=\"rule\"><option value=\"\">all</option>")
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		p.add("<option>%s</option>", plain(rule))
	}
	p.add("</select></label>\n")
	if len(p.run.Results) > 1 {
		p.add("<label>File <select name=\"file\"><option value=\"\">all</option>%s</select></label>\n", raw(files.b.String()))
	}
	p.add("<label>Search <input type=\"search\" name=\"text\" placeholder=\"file, rule or words\"></label>\n<output name=\"count\" aria-live=\"polite\"></output>\n</form></div>\n")
}

func (p *htmlPage) notices() {
	if len(p.run.Notices) == 0 {
		return
	}
	p.add("<section class=\"notices\" aria-label=\"Configuration\">\n")
	for _, notice := range p.run.Notices {
		p.add("<p>%s</p>\n", plain(notice))
	}
	p.add("</section>\n")
}

// rules counts the findings by rule, and says what each is about.
func (p *htmlPage) rules() {
	if len(p.tallies) == 0 {
		return
	}
	p.add("<details class=\"overview\"%s><summary>By rule</summary>\n<table><thead><tr><th>Count</th><th>Severity</th><th>Rule</th><th>What it finds</th></tr></thead><tbody>\n", p.open())
	for i, t := range p.tallies {
		rule, _ := p.run.Catalog.Rule(t.Rule)
		p.add("<tr><td>%d</td><td><span class=\"tag %s\">%s</span></td><td>%s</td><td>", t.Count, raw(t.Severity), raw(t.Severity), p.pageLink(t.Rule))
		if rule.Description == "" {
			p.add("<span id=\"r%d\">%s</span>", i+1, plain(t.Title))
		} else {
			p.add("<details><summary>%s</summary><div id=\"r%d\" tabindex=\"-1\">%s</div></details>", plain(t.Title), i+1, prose(rule.Description))
		}
		p.add("</td></tr>\n")
	}
	p.add("</tbody></table></details>\n")
}

// open opens the overviews when there is more than one file to look at.
func (p *htmlPage) open() raw {
	n := 0
	for _, r := range p.run.Results {
		if p.stands(r) {
			n++
		}
	}
	if n > 1 {
		return " open"
	}
	return ""
}

// code is escaped text that keeps its tabs.
func code(text string) raw { return raw(html.EscapeString(visible(text, true))) }

// prose is the little Markdown of a rule's description: paragraphs and code.
func prose(text string) raw {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		b.WriteString("<p>")
		for i, part := range strings.Split(paragraph, "`") {
			if i%2 == 1 {
				fmt.Fprintf(&b, "<code>%s</code>", code(part))
			} else {
				b.WriteString(string(code(part)))
			}
		}
		b.WriteString("</p>")
	}
	return raw(b.String())
}

// files counts the findings by file, those with the most first.
func (p *htmlPage) files() {
	if p.open() == "" {
		return
	}
	type counted struct {
		n, count int
		Result
	}
	var all []counted
	for i, r := range p.run.Results {
		if p.stands(r) {
			one := Run{Results: []Result{r}, ShowUnknown: p.run.ShowUnknown}
			all = append(all, counted{i + 1, one.summary().Findings, r})
		}
	}
	slices.SortStableFunc(all, func(a, b counted) int { return b.count - a.count })
	p.add("<details class=\"overview\"><summary>By file</summary>\n<table><thead><tr><th>Count</th><th>File</th></tr></thead><tbody>\n")
	for _, c := range all {
		p.add("<tr><td>%d</td><td><a href=\"#f%d\">%s</a></td></tr>\n", c.count, c.n, plain(c.Path))
	}
	p.add("</tbody></table></details>\n")
}

// ruleLink leads to what the report says of a rule.
func (p *htmlPage) ruleLink(id string) raw {
	i := slices.IndexFunc(p.tallies, func(t tally) bool { return t.Rule == id })
	if i < 0 {
		return p.pageLink(id)
	}
	return raw(fmt.Sprintf(`<a class="rule" href="#r%d">%s</a>`, i+1, html.EscapeString(visible(id, false))))
}

// pageLink leads to a rule's page, which needs the network only when somebody follows it.
func (p *htmlPage) pageLink(id string) raw {
	name := html.EscapeString(visible(id, false))
	if rule, ok := p.run.Catalog.Rule(id); ok && strings.HasPrefix(Page(rule), "https://") {
		return raw(fmt.Sprintf(`<a class="rule" href="%s">%s</a>`, html.EscapeString(Page(rule)), name))
	}
	return raw(fmt.Sprintf(`<span class="rule">%s</span>`, name))
}

func (p *htmlPage) file(n int, r Result) {
	p.add("<section class=\"file\" id=\"f%d\" data-path=\"%s\">\n<div class=\"head\"><h2>%s</h2>", n, plain(r.Path), plain(r.Path))
	if r.Err != nil {
		p.add("</div>\n<p class=\"failure\">%s</p>\n</section>\n", plain(r.Err.Error()))
		return
	}
	one := Run{Results: []Result{r}, ShowUnknown: p.run.ShowUnknown}
	s := one.summary()
	p.add(" <span class=\"counts\">%s</span></div>\n", plain(strings.Join(append(s.parts(), s.hidden()...), ", ")))
	for _, g := range r.Graphs {
		of, name := "", r.Path
		if g.Name != "" {
			of, name = " of "+g.Name, g.Name+", "+r.Path
		}
		p.add("<details class=\"stages\"><summary>Stages%s</summary><div><img alt=\"The stages of %s\" src=\"data:image/svg+xml;base64,%s\"></div></details>\n",
			plain(of), plain(name), raw(base64.StdEncoding.EncodeToString([]byte(g.SVG))))
	}
	var found []finding.Finding
	for _, f := range r.Findings {
		if p.run.reported(f) {
			found = append(found, f)
		}
	}
	p.add("<div class=\"source\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">\n", plain(r.Path))
	below := map[int][]int{} // findings by the line that they stand below
	for k, f := range found {
		line := r.Source.Line(max(f.Span.Start, f.Span.End-1))
		below[line] = append(below[line], k)
	}
	for line := 1; line <= r.Source.Lines(); line++ {
		if line == r.Source.Lines() && r.Source.LineSpan(line).Len() == 0 && below[line] == nil && line > 1 {
			break // a newline ends the file
		}
		p.add("<div class=\"row\" id=\"f%d-L%d\"><a href=\"#f%d-L%d\" tabindex=\"-1\">%d</a><code>%s</code></div>\n", n, line, n, line, line, p.marked(n, r.Source, line, found))
		for _, k := range below[line] {
			p.finding(n, k, r.Source, found[k])
		}
	}
	p.add("</div>\n</section>\n")
}

// hidden counts what is not among the parts.
func (s summary) hidden() []string {
	if s.Suppressed == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d suppressed", s.Suppressed)}
}

// marked is a line with the places of findings marked. Where several overlap, a piece names them all, and shows the worst.
func (p *htmlPage) marked(n int, src *source.File, line int, found []finding.Finding) raw {
	at := src.LineSpan(line)
	if line == 1 && strings.HasPrefix(src.Text(at), source.BOM) {
		at.Start += len(source.BOM)
	}
	cuts := []int{at.Start, at.End}
	var here []int // the findings that touch the line
	for k, f := range found {
		if f.Span.Start > at.End || f.Span.End < at.Start {
			continue
		}
		here = append(here, k)
		for _, x := range []int{f.Span.Start, f.Span.End} {
			if at.Start < x && x < at.End {
				cuts = append(cuts, x)
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var b strings.Builder
	piece := func(s source.Span, text raw) {
		var ids []string
		class := ""
		worst := -1
		for _, k := range here {
			f := found[k]
			covers := f.Span.Len() > 0 && f.Span.Contains(s) && s.Len() > 0 || f.Span.Len() == 0 && s.Len() == 0 && f.Span.Start == s.Start
			if !covers {
				continue
			}
			ids = append(ids, fmt.Sprintf("f%d-%d", n, k+1))
			level := int(f.Severity)
			if f.Unknown {
				level = 0
			}
			if level > worst {
				worst, class = level, htmlClass(f)
			}
		}
		if ids == nil {
			b.WriteString(string(text))
			return
		}
		fmt.Fprintf(&b, `<mark class="%s" data-f="%s">%s</mark>`, class, strings.Join(ids, " "), text)
	}
	for i, cut := range cuts {
		piece(source.Span{Start: cut, End: cut}, "")
		if i+1 < len(cuts) {
			s := source.Span{Start: cut, End: cuts[i+1]}
			piece(s, code(src.Text(s)))
		}
	}
	return raw(b.String())
}

func (p *htmlPage) finding(n, k int, src *source.File, f finding.Finding) {
	class := htmlClass(f)
	state := ""
	if f.Suppressed != nil {
		state = " suppressed"
	}
	place := src.Position(f.Span.Start)
	p.add("<div class=\"finding %s%s\" id=\"f%d-%d\" data-rule=\"%s\" tabindex=\"-1\"><p><b>%s</b> %s %s <span class=\"more\">%d:%d</span></p>",
		raw(class), raw(state), n, k+1, plain(f.Rule), raw(class), plain(f.Text()), p.ruleLink(f.Rule), place.Line, place.Column)
	for _, x := range f.Related {
		line := src.Line(x.Span.Start)
		p.add("<p class=\"more\"><a href=\"#f%d-L%d\">line %d</a>: %s</p>", n, line, line, plain(x.Message))
	}
	if f.Fix != nil {
		p.fix(src, f.Fix)
	}
	if f.Suppressed != nil {
		p.add("<p class=\"more\">suppressed")
		if !f.Suppressed.External {
			line := src.Line(f.Suppressed.Span.Start)
			p.add(" in <a href=\"#f%d-L%d\">line %d</a>", n, line, line)
		}
		if f.Suppressed.Reason != "" {
			p.add(": %s", plain(f.Suppressed.Reason))
		}
		p.add("</p>")
	}
	p.add("</div>\n")
}

// fix shows what a fix changes.
func (p *htmlPage) fix(src *source.File, f *finding.Fix) {
	kind := "Fix"
	if !f.Safe {
		kind = "Unsafe fix"
	}
	p.add("<details class=\"more fix\"><summary>%s: %s</summary><pre tabindex=\"0\">", raw(kind), plain(f.Title))
	for i, c := range changes(src, f.Edits) {
		if i > 0 {
			p.add("\n")
		}
		for _, line := range c.old {
			p.add("<del>%s</del>\n", code(line))
		}
		for _, line := range c.new {
			p.add("<ins>%s</ins>\n", code(line))
		}
	}
	p.add("</pre></details>")
}

// change is lines that are replaced by others.
type change struct{ old, new []string }

// changes are the lines that edits change, in order; those that touch the same lines are one change.
func changes(src *source.File, edits []finding.Edit) []change {
	edits = finding.Tidy(src, edits)
	slices.SortStableFunc(edits, func(a, b finding.Edit) int { return a.Span.Compare(b.Span) })
	var out []change
	for len(edits) > 0 {
		at := source.Span{Start: src.LineSpan(src.Line(edits[0].Span.Start)).Start}
		n := 0
		for n < len(edits) && (n == 0 || edits[n].Span.Start <= at.End) {
			at.End = max(at.End, src.LineSpan(src.Line(edits[n].Span.End)).End)
			n++
		}
		shifted := slices.Clone(edits[:n])
		for i := range shifted {
			shifted[i].Span.Start -= at.Start
			shifted[i].Span.End -= at.Start
		}
		edits = edits[n:]
		text, _ := finding.Apply([]byte(src.Text(at)), shifted) // where edits overlap there is nothing to show
		out = append(out, differing(src.Text(at), string(text)))
	}
	return out
}

// differing is the lines of two texts without those that both begin and end with.
func differing(a, b string) change {
	old, next := lines(a), lines(b)
	for len(old) > 0 && len(next) > 0 && old[0] == next[0] {
		old, next = old[1:], next[1:]
	}
	for len(old) > 0 && len(next) > 0 && old[len(old)-1] == next[len(next)-1] {
		old, next = old[:len(old)-1], next[:len(next)-1]
	}
	if len(old) == 1 && len(next) == 1 {
		old[0], next[0] = around(old[0], next[0])
	}
	return change{old, next}
}

// around cuts off most of what two long lines begin and end with alike.
func around(a, b string) (string, string) {
	const keep, long = 40, 60 // bytes
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < min(len(a), len(b))-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	if end > long {
		cut := end - keep
		for !utf8.RuneStart(a[len(a)-cut]) {
			cut--
		}
		a, b = a[:len(a)-cut]+"…", b[:len(b)-cut]+"…"
	}
	if start > long {
		cut := start - keep
		for !utf8.RuneStart(a[cut]) {
			cut++
		}
		a, b = "…"+a[cut:], "…"+b[cut:]
	}
	return a, b
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\r\n", "\n"), "\n")
}
