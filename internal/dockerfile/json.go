package dockerfile

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/plimline/plimline/internal/source"
)

// jsonKind says what an argument is to BuildKit's parseJSON.
type jsonKind int

const (
	jsonNone    jsonKind = iota // not a JSON array: the argument is read as text
	jsonStrings                 // an array of strings
	jsonOther                   // an array that holds something else: an error
)

// isJSON tells the kind of an argument.
func isJSON(s string) jsonKind {
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	if !strings.HasPrefix(s, "[") {
		return jsonNone
	}
	var list []any
	if json.Unmarshal([]byte(s), &list) != nil {
		return jsonNone
	}
	for _, x := range list {
		if _, ok := x.(string); !ok {
			return jsonOther
		}
	}
	return jsonStrings
}

// jsonWords reads an array of strings.
func jsonWords(t source.Text) ([]Word, jsonKind) {
	if words, ok := scanStrings(t); ok {
		return words, jsonStrings
	}
	return nil, isJSON(t.String) // jsonStrings without words is set right by verify
}

// scanStrings reads the strings of a JSON array, decoded, with their spans. It takes no array that JSON does not.
func scanStrings(t source.Text) ([]Word, bool) {
	s := t.String
	out := []Word{}
	pos := len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace))
	space := func() {
		for pos < len(s) && (s[pos] == ' ' || s[pos] == '\t' || s[pos] == '\r' || s[pos] == '\n') {
			pos++
		}
	}
	eat := func(c byte) bool {
		space()
		if pos < len(s) && s[pos] == c {
			pos++
			return true
		}
		return false
	}
	if !eat('[') {
		return nil, false
	}
	for more := !eat(']'); more; {
		space()
		w, end := scanString(t, pos)
		if end < 0 {
			return nil, false
		}
		out = append(out, w)
		pos = end
		more = eat(',')
		if !more && !eat(']') {
			return nil, false
		}
	}
	space()
	return out, pos == len(s)
}

// scanString reads the string that begins at pos; end is -1 when there is none.
func scanString(t source.Text, pos int) (w Word, end int) {
	s := t.String
	if pos >= len(s) || s[pos] != '"' {
		return Word{}, -1
	}
	start := pos
	var value source.Builder // used from the first escape on
	from := start + 1
	for pos++; pos < len(s) && s[pos] != '"'; {
		if s[pos] < ' ' {
			return Word{}, -1
		}
		if s[pos] != '\\' {
			pos++
			continue
		}
		value.AddText(t.Slice(from, pos))
		size := escapeLen(s[pos:])
		if pos+size > len(s) {
			return Word{}, -1
		}
		var decoded string
		if json.Unmarshal([]byte(`"`+s[pos:pos+size]+`"`), &decoded) != nil {
			return Word{}, -1
		}
		value.Add(decoded, t.Offset(pos))
		pos += size
		from = pos
	}
	if pos >= len(s) {
		return Word{}, -1
	}
	rest := t.Slice(from, pos)
	w = Word{Span: t.Span(start, pos+1), Map: rest}
	if from > start+1 {
		value.AddText(rest)
		w.Map = value.Text()
	}
	if !utf8.ValidString(w.Map.String) {
		// A character cut in two cannot be mapped: JSON puts U+FFFD for each of its bytes.
		w.Text, w.Map = string([]rune(w.Map.String)), source.Text{}
		return w, pos + 1
	}
	w.Text = w.Map.String
	return w, pos + 1
}

// escapeLen is the length of the escape at the start of s; a surrogate pair is one.
func escapeLen(s string) int {
	if !strings.HasPrefix(s, `\u`) {
		return 2
	}
	if len(s) >= 12 && s[6:8] == `\u` && isSurrogate(s[2:6]) {
		return 12
	}
	return 6
}

func isSurrogate(hex string) bool {
	h := strings.ToLower(hex)
	return h >= "d800" && h <= "dbff"
}
