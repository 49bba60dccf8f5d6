package dockerfile

import (
	"slices"
	"strings"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/plimline/plimline/internal/source"
)

// maxLine is the longest line BuildKit reads, in bytes without its "\n" (bufio.MaxScanTokenSize - 1).
const maxLine = 64*1024 - 1

// statement is one instruction's lines, joined as BuildKit joins them.
type statement struct {
	text     source.Text // the joined line, spaces before it taken off
	raw      string      // the lines in the file, heredocs included
	at       int         // offset of raw
	first    int         // 1-based number of raw's first line
	last     int         // and of its last
	heredocs []Heredoc
	problem  *Problem // what keeps BuildKit from reading the lines
}

// splitter cuts a file into statements, comments and directives. It walks the lines the way BuildKit's
// parser.Parse does, and keeps the places that BuildKit forgets.
type splitter struct {
	f      *File
	text   string // the file
	pos    int    // where the next line starts
	line   int    // its 1-based number
	dirs   parser.DirectiveParser
	body   bool // directives are over
	out    []statement
	broken []Problem // problems outside of statements
	lines  map[string]int
}

// textLine is a line of the file.
type textLine struct {
	text string // without its line end
	at   int    // offset of text
	long bool   // BuildKit refuses a file with such a line
}

func (s *splitter) run() {
	for s.pos < len(s.text) {
		l := s.next()
		full := l
		l.trimLeft()
		if l.long && (l.text == "" || l.text[0] == '#') {
			s.broken = append(s.broken, tooLong(source.Span{Start: full.at, End: full.at + len(full.text)}))
		}
		switch {
		case !s.body && s.directive(l):
		case l.text == "":
		case l.text[0] == '#':
			s.comment(l, false)
		default:
			s.statement(l)
		}
	}
}

// next takes the next line.
func (s *splitter) next() textLine {
	text, _, _ := strings.Cut(s.text[s.pos:], "\n")
	l := textLine{text, s.pos, len(text) > maxLine}
	if s.pos == 0 && strings.HasPrefix(text, source.BOM) {
		l.text, l.at = text[len(source.BOM):], len(source.BOM)
	}
	// BuildKit takes off every "\r" at the end.
	l.text = strings.TrimRight(l.text, "\r")
	s.pos = min(s.pos+len(text)+1, len(s.text))
	s.line++
	return l
}

func (l *textLine) trimLeft() {
	trimmed := strings.TrimLeftFunc(l.text, unicode.IsSpace)
	l.at += len(l.text) - len(trimmed)
	l.text = trimmed
}

func tooLong(span source.Span) Problem {
	return Problem{ProblemParse, span, "the line is longer than the 65535 bytes BuildKit reads"}
}

// directive takes a parser directive; they stand at the top, each at most once.
func (s *splitter) directive(l textLine) bool {
	d, err := s.dirs.ParseLine([]byte(l.text))
	if err == nil && d == nil {
		s.body = true
		return false
	}
	// The expression BuildKit matches is ^([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$ behind "#" and spaces.
	end := len(strings.TrimRight(l.text, "\t\n\f\r "))
	if d != nil && !strings.HasSuffix(l.text[:end], d.Value) {
		end = len(l.text) // a value of one space
	}
	span := source.Span{Start: l.at, End: l.at + end}
	if err != nil {
		s.broken = append(s.broken, Problem{ProblemParse, span, err.Error()})
		return true
	}
	name := l.at + len(l.text) - len(strings.TrimLeftFunc(l.text[1:], unicode.IsSpace))
	x := Directive{
		Name:      d.Name,
		Value:     d.Value,
		Span:      span,
		NameSpan:  source.Span{Start: name, End: name + len(d.Name)},
		ValueSpan: source.Span{Start: span.End - len(d.Value), End: span.End},
	}
	s.f.Directives = append(s.f.Directives, x)
	switch {
	case x.Name != "escape":
	case x.Value == `\` || x.Value == "`":
		s.f.Escape = x.Value[0]
	default:
		s.broken = append(s.broken, Problem{ProblemParse, x.ValueSpan, "escape must be a backslash or a backtick"})
	}
	return true
}

func (s *splitter) comment(l textLine, inside bool) {
	s.f.Comments = append(s.f.Comments, Comment{
		Span:   source.Span{Start: l.at, End: l.at + len(l.text)},
		Text:   strings.TrimSpace(l.text[1:]),
		Next:   len(s.out),
		Inside: inside,
	})
}

// statement reads the statement that begins with the line l.
func (s *splitter) statement(l textLine) {
	s.body = true
	start := strings.LastIndexByte(s.text[:l.at], '\n') + 1
	st := statement{at: start, first: s.line}
	long := l.long
	part, more := continuation(l.text, s.f.Escape)
	if !more {
		st.text = source.TextAt(part, l.at)
	} else {
		var b source.Builder
		b.Add(part, l.at)
		for more && s.pos < len(s.text) {
			l = s.next()
			long = long || l.long
			trimmed := l
			trimmed.trimLeft()
			switch {
			case trimmed.text == "":
			case trimmed.text[0] == '#':
				s.comment(trimmed, true)
			default:
				part, more = continuation(l.text, s.f.Escape)
				b.Add(part, l.at)
			}
		}
		st.text = b.Text()
	}
	end := s.pos
	if strings.Contains(st.text.String, "<<") {
		long = s.heredocs(&st, &end) || long
	}
	st.raw, st.last = s.text[start:end], s.line
	if long && st.problem == nil {
		problem := tooLong(st.span())
		st.problem = &problem
	}
	s.out = append(s.out, st)
}

// span runs to the end of what the statement says, or of its last heredoc.
func (st *statement) span() source.Span {
	line := trim(st.text)
	span := line.Span(0, len(line.String))
	if line.String == "" {
		span.Start = st.text.Offset(0)
		span.End = span.Start + 1 // the continuation character
	}
	if n := len(st.heredocs); n > 0 {
		span.End = st.heredocs[n-1].Terminator.End
	}
	return span
}

// continuation takes the continuation character off a line that ends in one.
// BuildKit matches ([^\\])\\[ \t]*$|^\\[ \t]*$ .
func continuation(line string, escape byte) (string, bool) {
	trimmed := strings.TrimRight(line, " \t")
	n := len(trimmed)
	if n == 0 || trimmed[n-1] != escape || n > 1 && trimmed[n-2] == escape {
		return line, false
	}
	return trimmed[:n-1], true
}

// instructionNames are the instructions BuildKit knows.
var instructionNames = []string{
	"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
	"ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}

func isInstruction(name string) bool {
	_, found := slices.BinarySearch(instructionNames, name)
	return found
}

// instructionName is a keyword in upper case. BuildKit compares in lower case, which for some letters is not the same.
func instructionName(keyword string) string {
	lower := strings.ToLower(keyword)
	name := strings.ToUpper(lower)
	if isInstruction(name) && strings.ToLower(name) != lower {
		return keyword
	}
	return name
}
