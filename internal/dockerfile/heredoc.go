package dockerfile

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/plimline/plimline/internal/source"
)

// heredocs reads the here-documents that the statement announces; end is where its lines end.
// It reports whether one of their lines is too long.
func (s *splitter) heredocs(st *statement, end *int) (long bool) {
	keyword, _ := cutSpace(strings.TrimSpace(st.text.String))
	rest := st.text
	if instructionName(keyword) == "ONBUILD" {
		rest, _ = behindFlags(rest, s.f.Escape)
		keyword, _ = cutSpace(rest.String)
	}
	switch instructionName(keyword) {
	case "RUN", "COPY", "ADD":
	default:
		return false
	}
	if body, _ := behindFlags(rest, s.f.Escape); isJSON(body.String) != jsonNone {
		return false
	}
	operators, err := operators(st.text)
	if err != nil {
		st.problem = &Problem{ProblemParse, st.span(), reason(err)}
		return false
	}
	for _, h := range operators {
		long = s.heredoc(&h) || long
		if h.Terminator.End == 0 {
			st.problem = &Problem{ProblemParse, h.Operator, "the here-document " + shorten(h.Name) + " is not closed"}
			*end = s.pos
			s.recover()
			return long
		}
		st.heredocs = append(st.heredocs, h)
		*end = s.pos
	}
	return long
}

// heredoc reads the lines of one here-document. When it has no end, nothing is read and Terminator stays zero.
func (s *splitter) heredoc(h *Heredoc) (long bool) {
	if s.lines != nil && s.lines[lineKey(h.Name, h.Chomp)] < s.pos+1 {
		return false
	}
	pos, line := s.pos, s.line
	var content source.Builder
	for s.pos < len(s.text) {
		start := s.pos
		l := s.next()
		long = long || l.long
		skip := 0
		if h.Chomp {
			skip = len(l.text) - len(strings.TrimLeft(l.text, "\t"))
		}
		if l.text[skip:] == h.Name {
			h.Body = source.Span{Start: pos, End: start}
			h.Terminator = source.Span{Start: l.at + skip, End: l.at + len(l.text)}
			h.Content = content.Text()
			return long
		}
		content.Add(s.text[start+skip:s.pos], start+skip)
	}
	s.pos, s.line = pos, line
	s.index()
	return false
}

// index notes where each line stands last, so that looking for the ends of many open heredocs stays linear.
func (s *splitter) index() {
	if s.lines != nil {
		return
	}
	s.lines = map[string]int{}
	for pos := s.pos; pos < len(s.text); {
		text, _, _ := strings.Cut(s.text[pos:], "\n")
		text = strings.TrimRight(text, "\r")
		s.lines[lineKey(text, false)] = pos + 1
		s.lines[lineKey(strings.TrimLeft(text, "\t"), true)] = pos + 1
		pos += len(text)
		for pos < len(s.text) && s.text[pos] == '\r' {
			pos++
		}
		pos++
	}
}

// lineKey keeps lines with their tabs taken off apart from lines as they are.
func lineKey(line string, chomp bool) string {
	if chomp {
		return "-" + line
	}
	return "+" + line
}

// recover skips the lines behind a heredoc without an end, up to what looks like the next instruction:
// reading a script as instructions would bury the one mistake.
func (s *splitter) recover() {
	for s.pos < len(s.text) {
		word, rest := cutSpace(strings.SplitN(s.text[s.pos:min(len(s.text), s.pos+32)], "\n", 2)[0])
		if rest != "" && isInstruction(word) {
			return
		}
		s.next()
	}
}

// operators finds the here-documents that a line announces, with their operators' spans.
// It does what BuildKit's heredocsFromLine does; that gives up on the line where the shell lexer does.
func operators(t source.Text) ([]Heredoc, error) {
	if err := checkNesting(t.String); err != nil {
		return nil, err
	}
	lex := shell.NewLex('\\')
	lex.RawQuotes, lex.RawEscapes, lex.SkipUnsetEnv = true, true, true
	words, err := lex.ProcessWords(t.String, noVariables{})
	if err != nil {
		return nil, nil
	}
	var out []Heredoc
	pos, misses := 0, 0
	last := len(strings.TrimRightFunc(t.String, unicode.IsSpace)) // an escaped space at the end is no part of the instruction
	for _, word := range words {
		// Almost always the words are the text between the spaces; a default value in ${} may change them.
		gap := len(t.String[pos:]) - len(strings.TrimLeftFunc(t.String[pos:], unicode.IsSpace))
		found := strings.HasPrefix(t.String[pos+gap:], word)
		if !found && strings.Contains(word, "<<") && misses < 100 {
			misses++
			at := strings.Index(t.String[pos:], word)
			gap, found = max(at, 0), at >= 0
		}
		if found {
			pos += gap + len(word)
		}
		if !strings.Contains(word, "<<") {
			continue
		}
		h, err := parser.ParseHeredoc(word)
		if err != nil {
			return nil, err
		}
		if h == nil {
			continue
		}
		operator := t.Span(pos-len(word), min(pos, last))
		if !found {
			operator = t.Span(0, len(t.String))
		}
		out = append(out, Heredoc{Name: h.Name, Expand: h.Expand, Chomp: h.Chomp, FD: h.FileDescriptor, Operator: operator})
	}
	return out, nil
}

// noVariables is an environment without variables.
type noVariables struct{}

func (noVariables) Get(string) (string, bool) { return "", false }
func (noVariables) Keys() []string            { return nil }

// cutSpace cuts at the first white space as BuildKit's splitCommand does.
func cutSpace(s string) (string, string) {
	i := strings.IndexAny(s, spaces)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], spaces)
}

// shorten keeps a text from the file fit for a message.
func shorten(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// quote is shorten in double quotes.
func quote(s string) string { return strconv.Quote(shorten(s)) }
