package image

import "strings"

// marks are the offsets of the bytes that part a reference, -1 where there are none.
type marks struct {
	slash     int // the first "/"
	colon     int // the ":" of the tag
	at        int // the "@" of the digest
	variables bool
}

// scan finds the marks outside variables: "${X:-y/z}" has none.
func scan(text string) marks {
	s := masked(text)
	m := marks{slash: strings.IndexByte(s, '/'), colon: -1, at: strings.IndexByte(s, '@'), variables: strings.Contains(text, "$")}
	name := s
	if m.at >= 0 {
		name = s[:m.at]
	}
	if m.slash >= len(name) {
		m.slash = -1
	}
	// A colon before the last slash is that of a port.
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		m.colon = i
	}
	return m
}

// masked is the text with each byte within the braces of a variable replaced, so that what parts a reference is found
// outside of them only.
func masked(text string) string {
	if !strings.Contains(text, "${") {
		return text
	}
	out := []byte(text)
	for i := 0; i < len(out); i++ {
		if text[i] != '$' || i+1 >= len(text) || text[i+1] != '{' {
			continue
		}
		end := closing(text, i)
		for k := i + 2; k < end; k++ {
			out[k] = 'x'
		}
		i = end
	}
	return string(out)
}

// closing is the offset of the brace that closes the "${" at i, or the length of the text.
func closing(text string, i int) int {
	depth := 0
	for k := i + 1; k < len(text); k++ {
		switch text[k] {
		case '\\':
			k++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return k
			}
		}
	}
	return len(text)
}

// variable splits the variable at the start of the text, "$X" or "${X:-y}", from what follows it.
func variable(text string) (name, tail string, ok bool) {
	if len(text) < 2 || text[0] != '$' {
		return "", "", false
	}
	if text[1] == '{' {
		end := closing(text, 0)
		if end == len(text) {
			return "", "", false
		}
		inner := text[2:end]
		return inner[:nameLen(inner)], text[end+1:], true
	}
	n := 1 + nameLen(text[1:])
	return text[1:n], text[n:], n > 1
}

// nameLen is the length of the variable name at the start of the text.
func nameLen(text string) int {
	i := 0
	for i < len(text) && (text[i] == '_' || text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z' || i > 0 && text[i] >= '0' && text[i] <= '9') {
		i++
	}
	return i
}
