package discover

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
)

// pattern is a line of a .gitignore file.
type pattern struct {
	negated bool   // takes back what an earlier line ignores
	dirOnly bool   // ends in a slash
	byName  bool   // has no other slash: tells by the last part of a path
	prefix  string // what it starts with, up to the first special character
	glob    string // the rest, as a doublestar pattern; "" when there is none
}

func (p *pattern) match(relative string, dir bool) bool {
	if p.dirOnly && !dir {
		return false
	}
	if p.byName {
		relative = path.Base(relative)
	}
	rest, ok := strings.CutPrefix(relative, p.prefix)
	if !ok || p.glob == "" {
		return ok && rest == ""
	}
	ok, err := doublestar.Match(p.glob, rest)
	return ok && err == nil // like git, let a pattern that is none match nothing
}

func parsePatterns(content string) []pattern {
	var patterns []pattern
	for line := range strings.SplitSeq(strings.TrimPrefix(content, "\uFEFF"), "\n") {
		if p, ok := parsePattern(strings.TrimSuffix(line, "\r")); ok {
			patterns = append(patterns, p)
		}
	}
	return patterns
}

func parsePattern(line string) (pattern, bool) {
	var p pattern
	if strings.HasPrefix(line, "#") {
		return p, false
	}
	line = trimSpaces(line)
	line, p.negated = strings.CutPrefix(line, "!")
	line, p.dirOnly = strings.CutSuffix(line, "/")
	p.byName = !strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if line == "" || strings.HasSuffix(line, "/") { // no path ends in a slash
		return p, false
	}
	special := strings.IndexAny(line, `*?[\`)
	if special < 0 {
		p.prefix = line
		return p, true
	}
	if !p.byName {
		// Git compares this part as it is and matches the rest by itself, which shows
		// in "a**/b": its asterisks are the first in the rest and cross slashes.
		p.prefix, line = line[:special], line[special:]
	}
	var ok bool
	p.glob, ok = toDoublestar(line)
	return p, ok
}

// trimSpaces cuts spaces off the end, but not one behind a backslash.
func trimSpaces(line string) string {
	end := 0
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' && i+1 < len(line) {
			i++
			end = i + 1
		} else if line[i] != ' ' {
			end = i + 1
		}
	}
	return line[:end]
}

// toDoublestar rewrites a git pattern for doublestar, which knows the same asterisks but
// has alternatives in braces, other rules within brackets, and takes "a/**" to match "a" too.
// It returns false for a pattern that git matches with nothing.
func toDoublestar(git string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(git); i++ {
		switch c := git[i]; c {
		case '\\':
			if i++; i == len(git) {
				return "", false
			}
			b.WriteByte('\\')
			b.WriteByte(git[i])
		case '{', '}':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '*':
			run := len(git[i:]) - len(strings.TrimLeft(git[i:], "*"))
			start, end := i, i+run
			i = end - 1
			whole := (start == 0 || git[start-1] == '/') && (end == len(git) || git[end] == '/')
			before := b.String()
			again := before == "**/" || strings.HasSuffix(before, "/**/")
			switch {
			case run == 1 || !whole:
				b.WriteByte('*')
			case end < len(git) && again:
				i++ // one after another says no more than one
			case end < len(git) || start == 0:
				b.WriteString("**")
			case before == "**/":
				return "**", true
			case again:
				b.WriteByte('*')
			default:
				b.WriteString("**/*") // everything within, not the folder itself
			}
		case '[':
			class, n, ok := bracket(git[i:])
			if !ok {
				return "", false
			}
			b.WriteString(class)
			i += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

// bracket rewrites the bracket expression that s starts with, and returns its length.
func bracket(s string) (class string, n int, ok bool) {
	var ranges []rune // pairs
	i := 1
	negated := i < len(s) && (s[i] == '!' || s[i] == '^')
	if negated {
		i++
	}
	single := false // what was read last can be the lower end of a range
	dash := false   // what was read last is a dash that wants an upper end
	for first := i; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == ']' && i > first: // a bracket in first place stands for itself
			class = writeClass(ranges, negated)
			return class, i + 1, class != ""
		case c == '[' && strings.HasPrefix(s[i:], "[:") && strings.Contains(s[i+2:], ":]"):
			name, _, _ := strings.Cut(s[i+2:], ":]")
			pairs := posixRanges(name)
			if pairs == "" {
				return "", 0, false
			}
			ranges = append(ranges, []rune(pairs)...)
			i += len("[:") + len(name) + len(":]")
			single, dash = false, false
			continue
		case c == '-' && single && !strings.HasPrefix(s[i+1:], "]"):
			dash, single = true, false
			i += size
			continue
		case c == '\\' && i+1 < len(s):
			i++
			c, size = utf8.DecodeRuneInString(s[i:])
		}
		if dash {
			ranges[len(ranges)-1], dash = c, false
		} else {
			ranges, single = append(ranges, c, c), true
		}
		i += size
	}
	return "", 0, false
}

// writeClass writes a class for doublestar that does not match the slash, as git's never do,
// or "" for one that matches nothing.
func writeClass(ranges []rune, negated bool) string {
	var b strings.Builder
	b.WriteByte('[')
	if negated {
		b.WriteString(`^\/`)
	}
	write := func(low, high rune) {
		if low <= high {
			fmt.Fprintf(&b, `\%c-\%c`, low, high)
		}
	}
	for i := 0; i < len(ranges); i += 2 {
		low, high := ranges[i], max(ranges[i], ranges[i+1]) // the lower end counts even when it is the higher
		if !negated && low <= '/' && '/' <= high {
			write(low, '/'-1)
			low = '/' + 1
		}
		write(low, high)
	}
	if b.Len() == 1 {
		return ""
	}
	b.WriteByte(']')
	return b.String()
}

// posixRanges is what [:name:] stands for, as pairs of first and last, or "" when there is no such name.
func posixRanges(name string) string {
	switch name {
	case "alnum":
		return "azAZ09"
	case "alpha":
		return "azAZ"
	case "blank":
		return "  \t\t"
	case "cntrl":
		return "\x00\x1f\x7f\x7f"
	case "digit":
		return "09"
	case "graph":
		return "!~"
	case "lower":
		return "az"
	case "print":
		return " ~"
	case "punct":
		return "!/:@[`{~"
	case "space":
		return "  \t\r"
	case "upper":
		return "AZ"
	case "xdigit":
		return "09afAF"
	}
	return ""
}
