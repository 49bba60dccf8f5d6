package dockerfile

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/plimline/plimline/internal/source"
)

// behindFlags cuts a trimmed line into keyword, flags and the rest; it mirrors BuildKit's splitCommand and
// extractBuilderFlags, which look at bytes and not at runes.
func behindFlags(line source.Text, escape byte) (source.Text, []Flag) {
	line = trim(line)
	s := line.String
	pos := strings.IndexAny(s, spaces)
	if pos < 0 {
		return line.Slice(len(s), len(s)), nil
	}
	pos += len(s[pos:]) - len(strings.TrimLeft(s[pos:], spaces))
	var out []Flag
	for {
		for pos < len(s) && unicode.IsSpace(rune(s[pos])) {
			pos++
		}
		if !strings.HasPrefix(s[pos:], "--") {
			break
		}
		start := pos
		end := flagEnd(s, start, escape)
		flag := readFlag(line.Slice(start, end), escape)
		pos = end
		if flag.Name == "" && !flag.HasValue { // "--" ends the flags
			break
		}
		out = append(out, flag)
	}
	return trim(line.Slice(pos, len(s))), out
}

// flagEnd is where the flag that begins at pos ends.
func flagEnd(s string, pos int, escape byte) int {
	quote := byte(0)
	for ; pos < len(s); pos++ {
		switch c := s[pos]; {
		case quote == 0 && unicode.IsSpace(rune(c)):
			return pos
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == c:
			quote = 0
		case c == escape:
			pos++
		}
	}
	return len(s)
}

// readFlag takes the quotes and escapes out of a flag.
func readFlag(t source.Text, escape byte) Flag {
	s := t.String
	value, eq := t, strings.IndexByte(s, '=')
	mapped := true
	if strings.IndexByte(s, escape) >= 0 || strings.ContainsAny(s, `'"`) || !utf8.ValidString(s) {
		value, eq, mapped = unquote(t, escape)
	}
	out := Flag{Span: t.Span(0, len(s))}
	name, text, has := strings.Cut(value.String, "=")
	out.Name, out.HasValue = name[2:], has
	if !has {
		out.NameSpan = out.Span
		return out
	}
	out.NameSpan = t.Span(0, eq)
	out.Value = Word{Text: text, Span: t.Span(eq+1, len(s))}
	if mapped {
		out.Value.Map = value.Slice(len(name)+1, len(value.String))
	}
	if out.Name == "mount" {
		out.Fields = fields(out.Value)
	}
	return out
}

// unquote takes the quotes and escapes out of a flag; eq is where the first "=" that stays stands in t.
// What is not UTF-8 (BuildKit cuts within a letter that ends in the byte of a space) is garbled as BuildKit garbles it, and cannot be mapped.
func unquote(t source.Text, escape byte) (value source.Text, eq int, mapped bool) {
	s := t.String
	var b source.Builder
	eq, mapped = -1, utf8.ValidString(s)
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
			continue
		case quote != 0 && quote == c:
			quote = 0
			continue
		case c == escape:
			if i++; i == len(s) {
				continue
			}
			c = s[i]
		}
		if c == '=' && eq < 0 {
			eq = i
		}
		if mapped {
			b.Add(s[i:i+1], t.Offset(i))
		} else {
			b.Add(string(rune(c)), t.Offset(i))
		}
	}
	return b.Text(), eq, mapped
}

// garbled is a text as BuildKit has it in flags: it makes a rune of each byte.
func garbled(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

// fields splits a --mount value at its commas. BuildKit reads it as one line of CSV, in which quotes stand around
// whole fields; a value that is no CSV is cut at each comma.
func fields(value Word) []Pair {
	var out []Pair
	s := value.Text
	for pos := 0; pos < len(s); {
		start, end := pos, strings.IndexByte(s[pos:], ',')
		if end = end + pos; end < pos {
			end = len(s)
		}
		from, to, doubled := start, end, false
		if s[start] == '"' {
			if close, twice := closingQuote(s, start+1); close > 0 && (close+1 == len(s) || s[close+1] == ',') {
				from, to, end, doubled = start+1, close, close+1, twice
			}
		}
		pos = end + 1
		if from == to {
			continue
		}
		out = append(out, field(value, source.Span{Start: start, End: end}, source.Span{Start: from, End: to}, doubled))
	}
	return out
}

// closingQuote is where the quote that opened before pos closes, or -1. twice says that quotes stand doubled in between.
func closingQuote(s string, pos int) (at int, twice bool) {
	for ; pos < len(s); pos++ {
		if s[pos] != '"' {
			continue
		}
		if pos+1 == len(s) || s[pos+1] != '"' {
			return pos, twice
		}
		pos++
		twice = true
	}
	return -1, false
}

// field makes a pair of the range inner of a flag's value; outer has its quotes too.
func field(value Word, outer, inner source.Span, doubled bool) Pair {
	if value.Map.String == "" {
		text := value.Text[inner.Start:inner.End]
		if doubled {
			text = strings.ReplaceAll(text, `""`, `"`)
		}
		key, rest, has := strings.Cut(text, "=")
		p := Pair{Key: Word{Text: strings.ToLower(key), Span: value.Span}, HasValue: has, Span: value.Span}
		if has {
			p.Value = Word{Text: rest, Span: value.Span}
		}
		return p
	}
	t := value.Map.Slice(inner.Start, inner.End)
	if doubled {
		var b source.Builder
		for i := 0; i < len(t.String); i++ {
			b.Add(t.String[i:i+1], t.Offset(i))
			if t.String[i] == '"' {
				i++
			}
		}
		t = b.Text()
	}
	p := pair(t)
	p.Span = value.Map.Span(outer.Start, outer.End)
	if doubled && p.HasValue {
		p.Value.Span.End = value.Map.Span(inner.Start, inner.End).End
	}
	if lower := strings.ToLower(p.Key.Text); lower != p.Key.Text {
		// BuildKit takes keys in any case.
		p.Key.Text, p.Key.Map = lower, source.Text{}
	}
	return p
}
