package dockerfile

import (
	"encoding/json"
	"strings"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/plimline/plimline/internal/source"
)

// maxLine is the longest line BuildKit reads, in bytes with its line end (bufio.MaxScanTokenSize - 1).
const maxLine = 64*1024 - 1

// statement is an instruction's lines, joined as BuildKit joins them, before anything is read from them.
type statement struct {
	text        source.Text // the joined line, spaces before it taken off
	first, last int         // 1-based lines, heredocs included
	end         int         // offset behind the last line's last byte that counts
	heredocs    []Heredoc
	problem     *Problem // what keeps BuildKit from reading it, found while splitting
}

// splitter walks the lines the way parser.Parse does.
type splitter struct {
	f      *File
	line   int // the next line, 1-based
	dirs   *parser.DirectiveParser
	onTop  bool // directives may still come
	out    []statement
	broken []Problem // problems of directives
}

func (s *splitter) run() {
	s.onTop = true
	s.dirs = &parser.DirectiveParser{}
	for s.more() {
		text, at := s.next()
		text, at = trimLeft(text, at)
		if s.directive(text, at) {
			continue
		}
		if text == "" {
			continue
		}
		if text[0] == '#' {
			s.comment(text, at, false)
			continue
		}
		s.statement(text, at)
	}
}

// more reports whether a line is left; the empty one behind the last line end is none.
func (s *splitter) more() bool {
	src := s.f.Source
	return s.line <= src.Lines() && !(s.line == src.Lines() && src.LineSpan(s.line).Start == len(src.Bytes))
}

// next is the next line without its line end, and its offset.
func (s *splitter) next() (string, int) {
	src := s.f.Source
	span := src.LineSpan(s.line)
	text := src.Text(span)
	if s.line == 1 {
		if rest, ok := strings.CutPrefix(text, source.BOM); ok {
			text, span.Start = rest, span.Start+len(source.BOM)
		}
	}
	s.line++
	// BuildKit takes off every "\r" at the end.
	return strings.TrimRight(text, "\r"), span.Start
}

func trimLeft(text string, at int) (string, int) {
	trimmed := strings.TrimLeftFunc(text, unicode.IsSpace)
	return trimmed, at + len(text) - len(trimmed)
}

// directive takes a parser directive: only at the top, each once.
func (s *splitter) directive(text string, at int) bool {
	if !s.onTop {
		return false
	}
	d, err := s.dirs.ParseLine([]byte(text))
	if err != nil {
		s.broken = append(s.broken, Problem{ProblemParse, source.Span{Start: at, End: at + len(text)}, err.Error()})
		return true
	}
	if d == nil {
		s.onTop = false
		return false
	}
	eq := strings.IndexByte(text, '=')
	name := strings.TrimLeftFunc(text[1:eq], unicode.IsSpace)
	nameAt := at + eq - len(name)
	name = strings.TrimRightFunc(name, unicode.IsSpace)
	valueAt := at + strings.LastIndex(text, d.Value)
	x := Directive{
		Name: d.Name, Value: d.Value,
		Span:      source.Span{Start: at, End: max(at+len(strings.TrimRightFunc(text, unicode.IsSpace)), valueAt+len(d.Value))},
		NameSpan:  source.Span{Start: nameAt, End: nameAt + len(name)},
		ValueSpan: source.Span{Start: valueAt, End: valueAt + len(d.Value)},
	}
	if x.Name == "escape" {
		if x.Value != "`" && x.Value != `\` {
			s.broken = append(s.broken, Problem{ProblemParse, x.ValueSpan, "escape must be a backslash or a backtick"})
		} else {
			s.f.Escape = x.Value[0]
		}
	}
	s.f.Directives = append(s.f.Directives, x)
	return true
}

func (s *splitter) comment(text string, at int, inside bool) {
	s.f.Comments = append(s.f.Comments, Comment{
		Span:   source.Span{Start: at, End: at + len(text)},
		Text:   strings.TrimSpace(text[1:]),
		Next:   len(s.out),
		Inside: inside,
	})
}

// statement joins the lines of one instruction.
func (s *splitter) statement(text string, at int) {
	st := statement{first: s.line - 1}
	var b source.Builder
	for {
		if len(text) >= maxLine && st.problem == nil {
			st.problem = &Problem{ProblemParse, source.Span{Start: at, End: at + len(text)}, "the line is longer than the 65535 bytes BuildKit reads"}
		}
		part, more := continuation(text, s.f.Escape)
		b.Add(part, at)
		st.end = at + len(strings.TrimRightFunc(text, unicode.IsSpace))
		if !more {
			break
		}
		found := false
		for s.more() {
			text, at = s.next()
			trimmed, trimmedAt := trimLeft(text, at)
			if trimmed == "" {
				continue
			}
			if trimmed[0] == '#' {
				s.comment(trimmed, trimmedAt, true)
				continue
			}
			found = true
			break
		}
		if !found {
			break
		}
	}
	st.text = b.Text()
	st.last = s.line - 1
	if st.problem == nil && nestedOnbuild(st.text.String) {
		st.problem = &Problem{ProblemParse, st.text.Span(0, len("ONBUILD")), "ONBUILD within ONBUILD is not allowed"}
	}
	if strings.Contains(st.text.String, "<<") {
		s.heredocs(&st)
	}
	s.out = append(s.out, st)
}

// nestedOnbuild reports whether ONBUILDs are nested deeper than BuildKit's recursive parser should be asked to go;
// it refuses the second one anyway.
func nestedOnbuild(line string) bool {
	for range 8 {
		word, rest := cutSpace(strings.TrimSpace(line))
		if !strings.EqualFold(word, "ONBUILD") {
			return false
		}
		line = rest
	}
	return true
}

// continuation takes a line's continuation character off. It mirrors BuildKit's
// ([^\\])\\[ \t]*$|^\\[ \t]*$ .
func continuation(line string, escape byte) (string, bool) {
	trimmed := strings.TrimRight(line, " \t")
	n := len(trimmed)
	if n == 0 || trimmed[n-1] != escape || n > 1 && trimmed[n-2] == escape {
		return line, false
	}
	return trimmed[:n-1], true
}

// heredocs reads the here-documents that the statement's line announces.
func (s *splitter) heredocs(st *statement) {
	keyword, _ := cutSpace(strings.TrimSpace(st.text.String))
	if strings.EqualFold(keyword, "ONBUILD") {
		_, rest := cutSpace(strings.TrimSpace(st.text.String))
		keyword, _ = cutSpace(rest)
	}
	switch strings.ToUpper(keyword) {
	case "RUN", "COPY", "ADD":
	default:
		return
	}
	if isExec(st.text.String) {
		return
	}
	for _, op := range operators(st.text) {
		h := op
		start := s.line
		bodyStart := len(s.f.Source.Bytes)
		if s.line <= s.f.Source.Lines() {
			bodyStart = s.f.Source.LineSpan(s.line).Start
		}
		var content source.Builder
		closed := false
		for s.more() {
			span := s.f.Source.LineSpan(s.line)
			line := strings.TrimRight(s.f.Source.Text(span), "\r")
			s.line++
			name, at := line, span.Start
			if h.Chomp {
				name = strings.TrimLeft(line, "\t")
				at += len(line) - len(name)
			}
			if name == h.Name {
				h.Body = source.Span{Start: bodyStart, End: span.Start}
				h.Terminator = source.Span{Start: at, End: at + len(name)}
				st.end = h.Terminator.End
				closed = true
				break
			}
			next := len(s.f.Source.Bytes)
			if s.line <= s.f.Source.Lines() {
				next = s.f.Source.LineSpan(s.line).Start
			}
			content.Add(s.f.Source.Text(source.Span{Start: at, End: next}), at)
		}
		if !closed {
			// What follows the missing end is anybody's guess: read on behind the instruction.
			s.line = start
			st.problem = &Problem{ProblemParse, h.Operator, "the here-document " + h.Name + " is not closed"}
			break
		}
		h.Content = content.Text()
		st.heredocs = append(st.heredocs, h)
	}
	st.last = s.line - 1
}

// isExec reports whether the arguments are a JSON array, in which << is text.
func isExec(line string) bool {
	i := strings.IndexByte(line, '[')
	if i < 0 || i > strings.Index(line, "<<") {
		return false
	}
	var words []string
	return json.Unmarshal([]byte(line[i:]), &words) == nil
}

// operators finds the <<NAME words of a line, as BuildKit's heredocsFromLine does.
func operators(t source.Text) []Heredoc {
	lex := shell.NewLex('\\')
	lex.RawQuotes, lex.RawEscapes, lex.SkipUnsetEnv = true, true, true
	words, err := lex.ProcessWords(t.String, &getter{lookup: func(string) (string, bool) { return "", false }})
	if err != nil {
		return nil
	}
	var out []Heredoc
	ranges, from := shellWords(t.String), 0
	for _, word := range words {
		h, err := parser.ParseHeredoc(word)
		if err != nil || h == nil {
			continue
		}
		at := -1
		for i, r := range ranges {
			if r[0] >= from && t.String[r[0]:r[1]] == word {
				at, from = i, r[1]
				break
			}
		}
		operator := t.Span(0, len(t.String))
		if at >= 0 {
			operator = t.Span(ranges[at][0], ranges[at][1])
		}
		out = append(out, Heredoc{Name: h.Name, Expand: h.Expand, Chomp: h.Chomp, FD: h.FileDescriptor, Operator: operator})
	}
	return out
}

// shellWords are the byte ranges of the space-separated words of a line; quotes and escapes keep words together.
func shellWords(s string) [][2]int {
	var out [][2]int
	start, quote := -1, byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == '\\' && quote == '"' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f':
			if start >= 0 {
				out = append(out, [2]int{start, i})
				start = -1
			}
			continue
		case c == '\'' || c == '"':
			quote = c
		case c == '\\':
			if start < 0 {
				start = i
			}
			i++
		}
		if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		out = append(out, [2]int{start, len(s)})
	}
	return out
}

// cutSpace cuts at the first white space as BuildKit's splitCommand does.
func cutSpace(s string) (string, string) {
	i := strings.IndexAny(s, "\t\v\f\r ")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], "\t\v\f\r ")
}
