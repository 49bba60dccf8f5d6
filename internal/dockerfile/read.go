package dockerfile

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/plimline/plimline/internal/source"
)

// spaces is the white space BuildKit's parser splits at.
const spaces = "\t\v\f\r "

// read takes a joined line apart: keyword, flags and arguments with their spans. It mirrors newNodeFromLine and
// the line parsers of BuildKit, and finds what they refuse. verify compares the result with BuildKit's.
func (f *File) read(line source.Text, nested bool) *Instruction {
	in := &Instruction{Form: FormWords}
	line = trim(line)
	end := strings.IndexAny(line.String, spaces)
	if end < 0 {
		end = len(line.String)
	}
	in.Keyword = word(line.Slice(0, end))
	in.Name = instructionName(in.Keyword.Text)
	in.Span = line.Span(0, len(line.String))
	in.Body, in.Flags = behindFlags(line, f.Escape)
	f.arguments(in, nested)
	return in
}

func trim(t source.Text) source.Text {
	left := len(t.String) - len(strings.TrimLeftFunc(t.String, unicode.IsSpace))
	right := len(strings.TrimRightFunc(t.String, unicode.IsSpace))
	if left == 0 && right == len(t.String) {
		return t
	}
	return t.Slice(left, max(left, right))
}

func word(t source.Text) Word {
	return Word{Text: t.String, Span: t.Span(0, len(t.String)), Map: t}
}

// arguments fills Form, Args, Pairs and OnBuild, and Problem where the line parsers refuse the line.
func (f *File) arguments(in *Instruction, nested bool) {
	switch in.Name {
	case "RUN", "CMD", "ENTRYPOINT", "SHELL":
		in.command(in.Body)
	case "HEALTHCHECK":
		// BuildKit looks at bytes here, not at runes.
		s := in.Body.String
		sep := 0
		for sep < len(s) && !unicode.IsSpace(rune(s[sep])) {
			sep++
		}
		next := sep
		for next < len(s) && unicode.IsSpace(rune(s[next])) {
			next++
		}
		if sep == 0 {
			return
		}
		in.Args = append(in.Args, word(in.Body.Slice(0, sep)))
		in.command(in.Body.Slice(next, len(s)))
	case "ADD", "COPY", "VOLUME":
		if !in.exec(in.Body) && in.Problem == nil {
			in.Args = split(in.Body)
		}
	case "FROM", "EXPOSE":
		in.Args = split(in.Body)
	case "USER", "WORKDIR", "MAINTAINER", "STOPSIGNAL":
		if in.Body.String != "" {
			in.Args = []Word{word(in.Body)}
		}
	case "ENV", "LABEL":
		f.variables(in)
	case "ARG":
		for _, w := range cutWords(in.Body, f.Escape) {
			in.Pairs = append(in.Pairs, pair(w.Map))
		}
	case "ONBUILD":
		if nested {
			// BuildKit reads the next one too, however many there are, and refuses it then.
			in.refuse(in.Keyword.Span, "chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
			return
		}
		if in.Body.String == "" {
			return
		}
		in.OnBuild = f.read(in.Body, true)
		in.Problem = in.OnBuild.Problem
		in.OnBuild.Problem = nil
	}
}

// refuse notes why BuildKit does not take the instruction.
func (in *Instruction) refuse(span source.Span, message string) {
	if in.Problem == nil {
		in.Problem = &Problem{ProblemParse, span, message}
	}
}

// command reads a JSON array or a line for a shell.
func (in *Instruction) command(body source.Text) {
	in.Form = FormShell
	if body.String != "" && !in.exec(body) {
		in.Args = append(in.Args, word(body))
	}
}

// exec reads a JSON array, if body is one.
func (in *Instruction) exec(body source.Text) bool {
	kind := jsonNone
	if strings.HasPrefix(body.String, "[") || strings.HasPrefix(strings.TrimLeftFunc(body.String, unicode.IsSpace), "[") {
		var words []Word
		words, kind = jsonWords(body)
		if kind == jsonStrings {
			in.Args = append(in.Args, words...)
			in.Form = FormExec
			return true
		}
	}
	if kind == jsonOther {
		in.refuse(body.Span(0, len(body.String)), "when using JSON array syntax, arrays must be comprised of strings only")
	}
	return false
}

// split cuts at white space, as BuildKit's parseStringsWhitespaceDelimited.
func split(t source.Text) []Word {
	var out []Word
	s := t.String
	for pos := 0; pos < len(s); {
		end := strings.IndexAny(s[pos:], spaces)
		if end < 0 {
			end = len(s) - pos
		}
		if end > 0 {
			out = append(out, word(t.Slice(pos, pos+end)))
		}
		pos += end + 1
	}
	return out
}

// variables fills the pairs of ENV and LABEL, as BuildKit's parseNameVal.
func (f *File) variables(in *Instruction) {
	words := cutWords(in.Body, f.Escape)
	if len(words) == 0 {
		return
	}
	body := in.Body.String
	if strings.Contains(words[0].Text, "=") {
		for _, w := range words {
			if !strings.Contains(w.Text, "=") {
				in.refuse(w.Span, "can't find = in "+quote(w.Text)+": must be of the form name=value")
			}
			in.Pairs = append(in.Pairs, pair(w.Map))
		}
		return
	}
	key, value := cutSpace(body)
	p := Pair{Key: word(in.Body.Slice(0, len(key))), Legacy: true, Span: in.Body.Span(0, len(body))}
	if len(key) == len(body) {
		in.refuse(in.Span, in.Name+" must have two arguments")
	} else {
		p.Value, p.HasValue = word(in.Body.Slice(len(body)-len(value), len(body))), true
	}
	in.Pairs = []Pair{p}
}

// pair cuts key=value.
func pair(t source.Text) Pair {
	p := Pair{Span: t.Span(0, len(t.String))}
	eq := strings.IndexByte(t.String, '=')
	if eq < 0 {
		p.Key = word(t)
		return p
	}
	p.Key, p.HasValue = word(t.Slice(0, eq)), true
	p.Value = word(t.Slice(eq+1, len(t.String)))
	return p
}

// cutWords mirrors BuildKit's parseWords: cut at white space outside quotes; quotes and escapes stay.
func cutWords(t source.Text, escape byte) []Word {
	s := t.String
	var out []Word
	for pos := 0; pos < len(s); {
		r, size := utf8.DecodeRuneInString(s[pos:])
		if unicode.IsSpace(r) {
			pos += size
			continue
		}
		start, end, quote := pos, pos, byte(0)
		for pos < len(s) {
			r, size := utf8.DecodeRuneInString(s[pos:])
			if quote == 0 && unicode.IsSpace(r) {
				break
			}
			c := s[pos]
			pos += size
			switch {
			case c == escape && quote != '\'':
				if pos == len(s) {
					continue // BuildKit drops an escape character that ends the line
				}
				_, size = utf8.DecodeRuneInString(s[pos:])
				pos += size
			case quote == 0 && (c == '\'' || c == '"'):
				quote = c
			case quote == c:
				quote = 0
			}
			end = pos
		}
		if end > start {
			out = append(out, word(t.Slice(start, end)))
		}
	}
	return out
}
