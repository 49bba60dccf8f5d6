package foreign

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/source"
)

// How says by what a place was found.
type How string

// The ways, the surest first.
const (
	ByLine    How = "line"        // the policy names it
	ByRule    How = "rule"        // the policy's rule gave its result for it
	ByText    How = "text"        // the message has a text of the instruction, or its stage's name
	ByKeyword How = "instruction" // the message has the instruction's keyword
	ByNothing How = ""            // the file's start
)

// Places finds the instructions that a policy speaks of.
type Places struct{ file *dockerfile.File }

// NewPlaces reads a file.
func NewPlaces(src *source.File) *Places { return &Places{dockerfile.Parse(src)} }

// Line is the instruction on a 1-based line; of several, the one that begins there.
func (p *Places) Line(line int) (source.Span, bool) {
	var covering source.Span
	found := false
	for _, in := range p.file.Instructions {
		switch first, last := p.file.Source.Line(in.Span.Start), p.file.Source.Line(max(in.Span.Start, in.Span.End-1)); {
		case first == line:
			return in.Span, true
		case first < line && line <= last:
			covering, found = in.Span, true
		}
	}
	return covering, found
}

// leastText is how many bytes of an instruction's text a message must have for it to be the one that is meant, of all in a file.
const leastText = 3

// Message is the instruction that a message identifies: the one with the longest text that both have, a stage's name too, first among those whose
// keywords are in the message; or an instruction by its keyword. It is the file's start when there is none. Where lines are given, it is one of the
// instructions that begin there, and the first when nothing tells them apart. hints are lines too, of instructions that only count when the message has
// their keyword.
func (p *Places) Message(message string, lines, hints []int) (source.Span, How) {
	named := keywords(message)
	if some := p.at(lines); len(some) > 0 {
		if in := byText(some, message, named, 1); in != nil {
			return in.Span, ByRule
		}
		for _, word := range named {
			if in := byKeyword(some, word); in != nil {
				return in.Span, ByRule
			}
		}
		return some[0].Span, ByRule
	}
	hinted := p.at(hints)
	for _, word := range named {
		if in := byKeyword(hinted, word); in != nil {
			alike := slices.DeleteFunc(slices.Clone(p.file.Instructions), func(in *dockerfile.Instruction) bool { return in.Name != word })
			if better := byText(alike, message, nil, leastText); better != nil {
				return better.Span, ByText
			}
			return in.Span, ByRule
		}
	}
	if in := byText(p.file.Instructions, message, named, leastText); in != nil {
		return in.Span, ByText
	}
	// What is named first is what it is about: without it in the file it is about what is missing.
	if len(named) > 0 {
		if in := byKeyword(p.file.Instructions, named[0]); in != nil {
			return in.Span, ByKeyword
		}
	}
	return source.Span{}, ByNothing
}

// byKeyword is the instruction that a keyword is for: the last where the last is the one that counts, else the first.
func byKeyword(some []*dockerfile.Instruction, word string) (found *dockerfile.Instruction) {
	last := slices.Contains([]string{"USER", "CMD", "ENTRYPOINT", "HEALTHCHECK"}, word)
	for _, in := range some {
		if in.Name == word && (last || found == nil) {
			found = in
		}
	}
	return found
}

// at are the instructions that begin on 1-based lines.
func (p *Places) at(lines []int) []*dockerfile.Instruction {
	var out []*dockerfile.Instruction
	for _, line := range lines {
		for _, in := range p.file.Instructions {
			if p.file.Source.Line(in.Span.Start) == line {
				out = append(out, in)
			}
		}
	}
	return out
}

// names are the keywords of instructions.
var names = strings.Fields("ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR")

// keywords are those that a message has, in its order. What is part of a name, such as DF_USER_001 or IMG-RUN-1, is none.
func keywords(message string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(message, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' }) {
		if strings.ContainsAny(word, "_0123456789") {
			continue
		}
		for part := range strings.SplitSeq(word, "-") {
			if slices.Contains(names, part) {
				out = append(out, part)
			}
		}
	}
	return out
}

// byText is the instruction that has the longest text in common with a message, of those with one of the keywords if there is any; least is how many
// bytes it must be. When there are keywords, a word in common is nothing to others: "no USER ... runs as root" is not about CMD ["npm", "run"].
func byText(some []*dockerfile.Instruction, message string, keywords []string, least int) *dockerfile.Instruction {
	var best *dockerfile.Instruction
	most, first := least-1, false
	quoted := quotes(message)
	for _, in := range some {
		named := slices.Contains(keywords, in.Name)
		n := common(in, message, quoted, named || len(keywords) == 0 || least < leastText)
		if n < least || first && !named {
			continue
		}
		if n > most || named && !first {
			best, most, first = in, n, named
		}
	}
	return best
}

// common is the length of the longest text that an instruction and a message share: a whole argument in the message, which may be a mere word or not, or
// a quotation in the instruction.
func common(in *dockerfile.Instruction, message string, quoted []string, words bool) int {
	longest := 0
	inside := in
	if in.OnBuild != nil {
		inside = in.OnBuild
	}
	texts := []string{inside.Body.String}
	for _, w := range inside.Args {
		texts = append(texts, w.Text)
	}
	for _, x := range inside.Pairs {
		texts = append(texts, x.Key.Text, x.Value.Text)
	}
	for _, x := range inside.Flags {
		texts = append(texts, x.Value.Text)
	}
	for _, text := range texts {
		if len(text) > longest && (words || !isWord(text)) && within(message, text) {
			longest = len(text)
		}
	}
	body := inside.Body.String
	for _, h := range inside.Heredocs {
		body += "\n" + h.Content.String
	}
	body = strings.ToLower(body) // policies compare small letters
	for _, q := range quoted {
		if len(q) > longest && within(body, strings.ToLower(q)) {
			longest = len(q)
		}
	}
	return longest
}

func isWord(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) < 0
}

// within reports whether a text has another as a word, or as words, of its own.
func within(text, part string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], part)
		if part == "" || i < 0 {
			return false
		}
		start, end := from+i, from+i+len(part)
		if (start == 0 || !isWordByte(text[start-1]) || !isWordByte(part[0])) && (end == len(text) || !isWordByte(text[end]) || !isWordByte(part[len(part)-1])) {
			return true
		}
		from = start + 1
	}
}

func isWordByte(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || b >= 0x80
}

// quotes are the quoted parts of a message, without the quotes; those in double quotes with their escapes undone too.
func quotes(message string) []string {
	var out []string
	for _, quote := range []string{`"`, "'", "`"} {
		parts := strings.Split(message, quote)
		for i := 1; i+1 < len(parts); i++ {
			if len(parts[i]) >= leastText {
				out = append(out, parts[i])
			}
		}
	}
	for rest := message; ; {
		i := strings.IndexByte(rest, '"')
		if i < 0 {
			return out
		}
		rest = rest[i:]
		prefix, err := strconv.QuotedPrefix(rest)
		if err != nil {
			rest = rest[1:]
			continue
		}
		if text, err := strconv.Unquote(prefix); err == nil && len(text) >= leastText {
			out = append(out, text)
		}
		rest = rest[len(prefix):]
	}
}
