package ignore

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// comment reads one comment.
func (s *Set) comment(c dockerfile.Comment) {
	r := &reader{text: s.file.Source.Text(c.Span), base: c.Span.Start}
	r.skip(func(ch rune) bool { return ch == '#' || unicode.IsSpace(ch) })
	tool := strings.ToLower(r.take(unicode.IsLetter))
	switch {
	case tool == "plimline":
		s.plimline(r, c)
	case tool == "hadolint":
		s.hadolint(r, c)
	case tool == "check":
		r.space()
		if r.accept("=") {
			value, _, _ := strings.Cut(strings.TrimSpace(r.rest()), " ")
			s.check(value, ignore{scope: Instruction, next: c.Next, comment: c.Span})
		}
	}
}

// plimline reads what follows plimline's name. Prose that merely begins with the name is left alone:
// a comment is meant for plimline when a word that begins with "ignore" or an equals sign follows.
func (s *Set) plimline(r *reader, c dockerfile.Comment) {
	gap := r.take(func(ch rune) bool { return unicode.IsSpace(ch) || strings.ContainsRune(":-_", ch) })
	if gap == "" {
		return
	}
	start := r.pos
	verb := r.take(isWord)
	word := r.span(start)
	r.space()
	equals := r.accept("=")
	in := slices.Index(verbs(), strings.ToLower(verb))
	if in < 0 {
		if equals {
			s.report(word, fmt.Sprintf("unknown word %q%s", verb, didYouMean(verb, verbs())), nil)
		}
		return
	}
	if strings.ContainsAny(gap, "-_") {
		s.report(c.Span, fmt.Sprintf("this ignores nothing; write %q", "plimline "+verb+"=..."), nil)
		return
	}
	if !equals {
		s.report(word, fmt.Sprintf("%s names no rule; write \"%s=ID why\"", verb, verb), nil)
		return
	}
	s.own(r, c, Scope(in))
}

// own reads the names and the reason of plimline's own comment.
func (s *Set) own(r *reader, c dockerfile.Comment, in Scope) {
	g := ignore{scope: in, next: c.Next, comment: c.Span}
	if in == Stage {
		var ok bool
		if g.span, ok = s.stage(c); !ok {
			s.report(c.Span, "this comment stands in no stage; put it above FROM or behind it", nil)
			return
		}
	}
	names := r.names()
	s.until(r, &g)
	g.reason = strings.TrimSpace(strings.TrimLeftFunc(r.rest(), func(ch rune) bool {
		return unicode.IsSpace(ch) || strings.ContainsRune("#:;-–—", ch)
	}))
	if !strings.ContainsFunc(g.reason, func(ch rune) bool { return unicode.IsLetter(ch) || unicode.IsDigit(ch) }) {
		g.reason = ""
	}
	if g.reason == "" && s.opt.RequireReason {
		s.report(c.Span, "this gives no reason; write it behind the rules' names", nil)
	}
	for i, name := range names {
		span := source.Span{Start: name.Start, End: name.End}
		text := s.file.Source.Text(span)
		if text == "" {
			s.report(span, "a rule's name is missing here", nil)
			continue
		}
		g := g
		g.all = strings.EqualFold(text, "all")
		if !g.all {
			g.rules = s.cat.Resolve(text)
		}
		if !g.all && g.rules == nil {
			s.unknown(span, text)
			continue
		}
		slices.Sort(g.rules)
		cut, safe := s.cut(c, names, i)
		g.own = &own{name: span, text: text, cut: cut, safe: safe}
		s.ignores = append(s.ignores, g)
	}
}

// until reads "until=2027-01-31", which may stand behind the names.
func (s *Set) until(r *reader, g *ignore) {
	before := r.pos
	r.space()
	if !r.accept("until") {
		r.pos = before
		return
	}
	if r.space(); !r.accept("=") {
		r.pos = before // a reason may begin with the word
		return
	}
	r.space()
	start := r.pos
	date := r.take(func(ch rune) bool { return !unicode.IsSpace(ch) })
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		s.report(r.span(start), fmt.Sprintf("%q is not a date; write until=2027-01-31", date), nil)
		return
	}
	g.until = date
}

// cut is what to delete to take one of a comment's names out of it.
func (s *Set) cut(c dockerfile.Comment, names []source.Span, i int) (cut source.Span, safe bool) {
	switch {
	case i+1 < len(names):
		return source.Span{Start: names[i].Start, End: names[i+1].Start}, true
	case i > 0:
		return source.Span{Start: names[i-1].End, End: names[i].End}, true
	}
	// The only name: the whole line. Above the first instruction a comment keeps those below it
	// from being parser directives, so that deleting it could change the build.
	file := s.file.Source
	line := file.Line(c.Span.Start)
	cut = file.LineSpan(line)
	if line < file.Lines() {
		cut.End = file.LineSpan(line + 1).Start
	}
	return cut, c.Next > 0 || c.Inside
}

func (s *Set) unknown(span source.Span, name string) {
	suggestion := s.cat.Suggest(name)
	if suggestion == "" {
		s.report(span, fmt.Sprintf("unknown rule %q", name), nil)
		return
	}
	s.report(span, fmt.Sprintf("unknown rule %q; did you mean %q?", name, suggestion), &finding.Fix{
		Title: fmt.Sprintf("Write %q", suggestion),
		Edits: []finding.Edit{{Span: span, Text: suggestion}},
	})
}

func (s *Set) report(span source.Span, message string, fix *finding.Fix) {
	s.invalid = append(s.invalid, finding.Finding{Rule: InvalidIgnore, Span: span, Message: message, Fix: fix})
}

func (s *Set) unused(g ignore) finding.Finding {
	where := "in this file"
	switch {
	case g.scope == Stage:
		where = "in this stage"
	case g.scope == Instruction && g.next < len(s.file.Instructions):
		where = "in this " + s.file.Instructions[g.next].Name
	case g.scope == Instruction:
		where = "below: no instruction follows"
	}
	what := g.own.text
	if g.all {
		what = "nothing"
		where += " to ignore"
	} else {
		what = "no " + what
	}
	return finding.Finding{
		Rule:    UnusedIgnore,
		Span:    g.own.name,
		Message: fmt.Sprintf("%s is found %s", what, where),
		Fix: &finding.Fix{
			Title: fmt.Sprintf("Take %q out of the comment", g.own.text),
			Safe:  g.own.safe,
			Edits: []finding.Edit{{Span: g.own.cut}},
		},
	}
}

func didYouMean(word string, known []string) string {
	if closest := finding.Closest(word, known); closest != "" {
		return fmt.Sprintf("; did you mean %q?", closest)
	}
	return "; plimline knows " + strings.Join(known, ", ")
}

// reader goes through the text of a comment.
type reader struct {
	text string
	pos  int
	base int // where the text stands in the file
}

func (r *reader) rest() string { return r.text[r.pos:] }
func (r *reader) span(start int) source.Span {
	return source.Span{Start: r.base + start, End: r.base + r.pos}
}

// take reads on as long as is says.
func (r *reader) take(is func(rune) bool) string {
	start := r.pos
	for r.pos < len(r.text) {
		ch, size := utf8.DecodeRuneInString(r.rest())
		if !is(ch) {
			break
		}
		r.pos += size
	}
	return r.text[start:r.pos]
}

func (r *reader) skip(is func(rune) bool) { r.take(is) }
func (r *reader) space()                  { r.take(unicode.IsSpace) }

func (r *reader) accept(s string) bool {
	if !strings.HasPrefix(r.rest(), s) {
		return false
	}
	r.pos += len(s)
	return true
}

// names reads names with commas between them, at least one; what is not there has an empty span.
func (r *reader) names() []source.Span {
	var names []source.Span
	for {
		r.space()
		start := r.pos
		r.take(isName)
		names = append(names, r.span(start))
		end := r.pos
		r.space()
		if !r.accept(",") {
			r.pos = end
			return names
		}
	}
}

// isWord tells the characters of "ignore-stage", isName those of "hadolint/DL3006" and "root-user".
func isWord(ch rune) bool { return unicode.IsLetter(ch) || ch == '-' || ch == '_' }
func isName(ch rune) bool { return isWord(ch) || unicode.IsDigit(ch) || ch == '/' }
