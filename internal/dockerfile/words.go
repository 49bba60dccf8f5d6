package dockerfile

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/plimline/plimline/internal/source"
)

const spaces = "\t\v\f\r "

// read takes a joined line apart: keyword, flags and arguments with their spans.
// The values are BuildKit's; where ours differ, a word has BuildKit's value and its parent's span.
func (f *File) read(line source.Text, node *parser.Node) *Instruction {
	line = trim(line)
	end := strings.IndexAny(line.String, spaces)
	if end < 0 {
		end = len(line.String)
	}
	in := &Instruction{Form: FormWords}
	in.Keyword = word(line.Slice(0, end))
	in.Name = strings.ToUpper(in.Keyword.Text)
	rest := line.Slice(end, len(line.String))
	rest = rest.Slice(len(rest.String)-len(strings.TrimLeft(rest.String, spaces)), len(rest.String))
	body := f.flags(in, rest, node)
	in.Body = trim(body)
	if node != nil {
		f.arguments(in, node)
	}
	return in
}

func trim(t source.Text) source.Text {
	left := len(t.String) - len(strings.TrimLeftFunc(t.String, unicode.IsSpace))
	return t.Slice(left, max(left, len(strings.TrimRightFunc(t.String, unicode.IsSpace))))
}

func word(t source.Text) Word {
	return Word{Text: t.String, Span: t.Span(0, len(t.String)), Map: t}
}

// flags reads the --flags in front and returns what follows; it mirrors BuildKit's extractBuilderFlags.
func (f *File) flags(in *Instruction, t source.Text, node *parser.Node) source.Text {
	s := t.String
	pos := 0
	for {
		for pos < len(s) && unicode.IsSpace(rune(s[pos])) {
			pos++
		}
		if !strings.HasPrefix(s[pos:], "--") {
			break
		}
		start := pos
		var value source.Builder
		quote := byte(0)
		for pos < len(s) && (quote != 0 || !unicode.IsSpace(rune(s[pos]))) {
			c := s[pos]
			switch {
			case quote == 0 && (c == '\'' || c == '"'):
				quote = c
			case quote != 0 && c == quote:
				quote = 0
			case c == f.Escape:
				if pos+1 < len(s) {
					pos++
					value.Add(s[pos:pos+1], t.Offset(pos))
				}
			default:
				value.Add(s[pos:pos+1], t.Offset(pos))
			}
			pos++
		}
		if value.Len() == 2 { // "--" ends the flags
			break
		}
		in.Flags = append(in.Flags, f.flag(value.Text(), t.Span(start, pos)))
	}
	if node != nil {
		for i := range in.Flags {
			if i >= len(node.Flags) || node.Flags[i] == flagText(in.Flags[i]) {
				continue
			}
			name, text, has := strings.Cut(strings.TrimPrefix(node.Flags[i], "--"), "=")
			in.Flags[i] = Flag{Name: name, HasValue: has, Value: Word{Text: text, Span: in.Flags[i].Span}, Span: in.Flags[i].Span, NameSpan: in.Flags[i].Span}
		}
	}
	return t.Slice(pos, len(s))
}

func flagText(f Flag) string {
	if f.HasValue {
		return "--" + f.Name + "=" + f.Value.Text
	}
	return "--" + f.Name
}

func (f *File) flag(t source.Text, span source.Span) Flag {
	out := Flag{Span: span, NameSpan: span}
	eq := strings.IndexByte(t.String, '=')
	if eq < 0 {
		out.Name = strings.TrimPrefix(t.String, "--")
		return out
	}
	out.Name, out.HasValue = t.String[2:max(eq, 2)], true
	out.NameSpan = t.Span(0, eq)
	out.Value = word(t.Slice(eq+1, len(t.String)))
	if out.Value.Text == "" {
		out.Value.Span = source.Span{Start: span.End, End: span.End}
	}
	if out.Name == "mount" {
		out.Fields = fields(out.Value.Map)
	}
	return out
}

// fields splits a --mount value at its commas; it is one line of CSV.
func fields(t source.Text) []Pair {
	var out []Pair
	start, quoted := 0, false
	add := func(end int) {
		part := t.Slice(start, end)
		if n := len(part.String); n >= 2 && part.String[0] == '"' && part.String[n-1] == '"' {
			part = part.Slice(1, n-1)
		}
		if part.String == "" {
			return
		}
		p := pair(part)
		p.Key.Text = strings.ToLower(p.Key.Text)
		out = append(out, p)
	}
	for i := range len(t.String) {
		switch t.String[i] {
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				add(i)
				start = i + 1
			}
		}
	}
	add(len(t.String))
	return out
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
	if p.Value.Text == "" {
		p.Value.Span = source.Span{Start: p.Span.End, End: p.Span.End}
	}
	return p
}

// arguments fills Form, Args, Pairs and OnBuild.
func (f *File) arguments(in *Instruction, node *parser.Node) {
	values := chain(node.Next)
	json := node.Attributes["json"]
	switch in.Name {
	case "RUN", "CMD", "ENTRYPOINT", "SHELL":
		in.Form = FormShell
		in.Args = f.command(in, in.Body, values, json)
	case "HEALTHCHECK":
		if len(values) == 0 {
			return
		}
		end := strings.IndexFunc(in.Body.String, unicode.IsSpace)
		if end < 0 {
			end = len(in.Body.String)
		}
		kind := word(in.Body.Slice(0, end))
		in.Form = FormShell
		in.Args = append(check([]Word{kind}, values[:1], in), f.command(in, trim(in.Body.Slice(end, len(in.Body.String))), values[1:], json)...)
	case "ADD", "COPY", "VOLUME":
		if json {
			in.Form = FormExec
			in.Args = check(jsonWords(in.Body), values, in)
			return
		}
		in.Args = check(split(in.Body), values, in)
	case "FROM", "EXPOSE":
		in.Args = check(split(in.Body), values, in)
	case "USER", "WORKDIR", "MAINTAINER", "STOPSIGNAL":
		if in.Body.String != "" {
			in.Args = check([]Word{word(in.Body)}, values, in)
		}
	case "ENV", "LABEL":
		f.pairs(in, values)
	case "ARG":
		words := f.words(in.Body)
		for i, w := range check(words, values, in) {
			if w.Map.String == "" && w.Text != "" {
				key, value, has := strings.Cut(values[i], "=")
				in.Pairs = append(in.Pairs, Pair{Key: Word{Text: key, Span: w.Span}, Value: Word{Text: value, Span: w.Span}, HasValue: has, Span: w.Span})
				continue
			}
			in.Pairs = append(in.Pairs, pair(w.Map))
		}
	case "ONBUILD":
		if node.Next != nil && len(node.Next.Children) == 1 && in.Body.String != "" {
			in.OnBuild = f.read(in.Body, node.Next.Children[0])
		}
	}
}

func (f *File) command(in *Instruction, body source.Text, values []string, json bool) []Word {
	if json {
		in.Form = FormExec
		return check(jsonWords(body), values, in)
	}
	if body.String == "" {
		return nil
	}
	return check([]Word{word(body)}, values, in)
}

func chain(n *parser.Node) []string {
	var out []string
	for ; n != nil; n = n.Next {
		out = append(out, n.Value)
	}
	return out
}

// check compares words with BuildKit's values. On any difference all words have its values and the body's span.
func check(words []Word, values []string, in *Instruction) []Word {
	same := len(words) == len(values)
	for i := 0; same && i < len(words); i++ {
		same = words[i].Text == values[i]
	}
	if same {
		return words
	}
	out := make([]Word, len(values))
	for i, v := range values {
		out[i] = Word{Text: v, Span: in.Body.Span(0, len(in.Body.String))}
	}
	return out
}

// split cuts at white space, as BuildKit's parseStringsWhitespaceDelimited.
func split(t source.Text) []Word {
	var out []Word
	start := -1
	for i := 0; i <= len(t.String); i++ {
		space := i == len(t.String) || strings.IndexByte(spaces, t.String[i]) >= 0
		switch {
		case space && start >= 0:
			out = append(out, word(t.Slice(start, i)))
			start = -1
		case !space && start < 0:
			start = i
		}
	}
	return out
}

// pairs fills the pairs of ENV and LABEL, as BuildKit's parseNameVal.
func (f *File) pairs(in *Instruction, values []string) {
	words := f.words(in.Body)
	if len(words) == 0 || len(values)%3 != 0 {
		return
	}
	if !strings.Contains(words[0].Text, "=") {
		end := strings.IndexAny(in.Body.String, spaces)
		if end < 0 || len(values) != 3 {
			return
		}
		rest := in.Body.Slice(end, len(in.Body.String))
		rest = rest.Slice(len(rest.String)-len(strings.TrimLeft(rest.String, spaces)), len(rest.String))
		p := Pair{Key: word(in.Body.Slice(0, end)), Value: word(rest), HasValue: true, Legacy: true, Span: in.Body.Span(0, len(in.Body.String))}
		in.Pairs = append(in.Pairs, checkPair(p, values))
		return
	}
	for i := 0; i*3 < len(values); i++ {
		p := Pair{HasValue: true, Span: in.Body.Span(0, len(in.Body.String))}
		if i < len(words) {
			p = pair(words[i].Map)
			p.Span = words[i].Span
		}
		in.Pairs = append(in.Pairs, checkPair(p, values[i*3:]))
	}
}

func checkPair(p Pair, values []string) Pair {
	if p.Key.Text != values[0] {
		p.Key = Word{Text: values[0], Span: p.Span}
	}
	if p.Value.Text != values[1] {
		p.Value = Word{Text: values[1], Span: p.Span}
	}
	return p
}

// words mirrors BuildKit's parseWords: cut at white space outside quotes; quotes and escapes stay.
func (f *File) words(t source.Text) []Word {
	s := t.String
	var out []Word
	for pos := 0; pos < len(s); {
		r, size := utf8.DecodeRuneInString(s[pos:])
		if unicode.IsSpace(r) {
			pos += size
			continue
		}
		start, end := pos, pos
		quote := byte(0)
		for pos < len(s) {
			r, size := utf8.DecodeRuneInString(s[pos:])
			if quote == 0 && unicode.IsSpace(r) {
				break
			}
			c := s[pos]
			switch {
			case c == f.Escape && quote != '\'':
				if pos+size == len(s) {
					// BuildKit drops an escape character that ends the line.
					pos += size
					continue
				}
				pos += size
				_, size = utf8.DecodeRuneInString(s[pos:])
			case quote == 0 && (c == '\'' || c == '"'):
				quote = c
			case quote != 0 && c == quote:
				quote = 0
			}
			pos += size
			end = pos
		}
		if end > start {
			out = append(out, word(t.Slice(start, end)))
		}
	}
	return out
}

// jsonWords are the strings of a JSON array, decoded, each with its span.
func jsonWords(t source.Text) []Word {
	s := t.String
	var out []Word
	for pos := 0; pos < len(s); pos++ {
		if s[pos] != '"' {
			continue
		}
		start := pos
		var value source.Builder
		for pos++; pos < len(s) && s[pos] != '"'; {
			if s[pos] != '\\' {
				_, size := utf8.DecodeRuneInString(s[pos:])
				value.Add(s[pos:pos+size], t.Offset(pos))
				pos += size
				continue
			}
			size := 2
			if strings.HasPrefix(s[pos:], `\u`) {
				size = 6
				if strings.HasPrefix(s[min(pos+6, len(s)):], `\u`) && pos+12 <= len(s) && isSurrogate(s[pos+2:pos+6]) {
					size = 12
				}
			}
			if pos+size > len(s) {
				return nil
			}
			var decoded string
			if json.Unmarshal([]byte(`"`+s[pos:pos+size]+`"`), &decoded) != nil {
				return nil
			}
			value.Add(decoded, t.Offset(pos))
			pos += size
		}
		if pos >= len(s) {
			return nil
		}
		w := Word{Text: value.Text().String, Span: t.Span(start, pos+1), Map: value.Text()}
		if w.Text == "" {
			w.Map = source.Text{}
		}
		out = append(out, w)
	}
	return out
}

func isSurrogate(hex string) bool {
	h := strings.ToLower(hex)
	return h >= "d800" && h <= "dbff"
}
