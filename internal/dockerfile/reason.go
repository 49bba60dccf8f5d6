package dockerfile

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/util/suggest"

	"github.com/plimline/plimline/internal/source"
)

// reason is an error of BuildKit's in plain words.
func reason(err error) string {
	message := err.Error()
	for _, prefix := range []string{"Syntax error - ", "time: "} {
		message = strings.TrimPrefix(message, prefix)
	}
	if csv, ok := strings.CutPrefix(message, "failed to parse csv "); ok {
		flag, cause, _ := strings.Cut(csv, "s: ")
		if _, rest, ok := strings.Cut(cause, "parse error on line 1, column "); ok {
			_, cause, _ = strings.Cut(rest, ": ")
		}
		message = "--" + flag + " is not a comma-separated list: " + cause
		if cause == "EOF" {
			message = "--" + flag + " has no value"
		}
	}
	if number, ok := strings.CutPrefix(message, "strconv.ParseInt: parsing "); ok {
		number, _, _ = strings.Cut(number, ": ")
		message = number + " is not a number"
	}
	// A sentence starts in lower case, unless an instruction's name comes first.
	first, size := utf8.DecodeRuneInString(message)
	second, _ := utf8.DecodeRuneInString(message[size:])
	if unicode.IsUpper(first) && unicode.IsLower(second) {
		message = string(unicode.ToLower(first)) + message[size:]
	}
	if len(message) > 300 {
		message = strings.ToValidUTF8(message[:300], "") + "..."
	}
	return message
}

// reason is the error in plain words, with the suggestion BuildKit has for it.
func (in *Instruction) reason(err error) string {
	message := reason(err)
	base, _, found := strings.Cut(message, " (did you mean ")
	if !found {
		return message
	}
	// BuildKit looks through maps, so that of two names as close as each other it takes any.
	var value string
	var options []string
	dashes := ""
	switch {
	case strings.HasPrefix(base, "unknown flag: "):
		value, options, dashes = flagName(base), flagNames(in.Name), "--"
	case strings.HasPrefix(base, "unsupported mount type "):
		value, options = firstQuoted(base), []string{"bind", "cache", "secret", "ssh", "tmpfs"}
	case strings.HasPrefix(base, "unsupported sharing value "):
		value, options = firstQuoted(base), []string{"locked", "private", "shared"}
	default:
		return message
	}
	if best, ok := suggest.Search(value, options, true); ok {
		return base + " (did you mean " + dashes + best + "?)"
	}
	return message
}

// unknown is what BuildKit says about an instruction that it does not know.
func (in *Instruction) unknown() string {
	message := "unknown instruction: " + shorten(in.Keyword.Text)
	if len(in.Keyword.Text) > 32 {
		return message // near no name, but slow to compare with all
	}
	if best, ok := suggest.Search(in.Keyword.Text, instructionNames, false); ok {
		message += " (did you mean " + best + "?)"
	}
	return message
}

// flagNames are the flags of an instruction, sorted.
func flagNames(instruction string) []string {
	switch instruction {
	case "ADD":
		return []string{"checksum", "chmod", "chown", "exclude", "keep-git-dir", "link", "unpack"}
	case "COPY":
		return []string{"chmod", "chown", "exclude", "from", "link", "parents"}
	case "FROM":
		return []string{"platform"}
	case "HEALTHCHECK":
		return []string{"interval", "retries", "start-interval", "start-period", "timeout"}
	case "RUN":
		return []string{"device", "mount", "network", "security"}
	}
	return nil
}

// blame is the part of the instruction that BuildKit's error is about; the whole where that cannot be told.
func (in *Instruction) blame(node *parser.Node, err error) source.Span {
	message := err.Error()
	has := func(part string) bool { return strings.Contains(message, part) }
	switch {
	case in.OnBuild != nil && strings.HasSuffix(message, "isn't allowed as an ONBUILD trigger"):
		return in.OnBuild.Keyword.Span
	case has(" requires the arguments to be in JSON form"):
		return in.Body.Span(0, len(in.Body.String))
	case has("cannot accept a heredoc as a destination") && len(in.Args) > 0:
		return in.Args[len(in.Args)-1].Span
	case has("names can not be blank"):
		if i := slices.IndexFunc(in.Pairs, func(p Pair) bool { return p.Key.Text == "" }); i >= 0 {
			return in.Pairs[i].Span
		}
	case has("can not be an empty string"):
		if i := slices.IndexFunc(in.Args, func(w Word) bool { return strings.TrimSpace(w.Text) == "" }); i >= 0 {
			return in.Args[i].Span
		}
	}
	if f := in.blameFlag(node, message); f != nil {
		return f.Span
	}
	if quoted := firstQuoted(message); quoted != "" {
		for _, f := range in.Flags {
			if f.HasValue && f.Value.Text == quoted || f.Name == quoted {
				return f.Span
			}
		}
		for _, w := range in.Args {
			if w.Text == quoted || len(in.Args) > 1 && strings.ToUpper(w.Text) == quoted {
				return w.Span
			}
		}
	}
	return in.Span
}

// blameFlag is the flag that BuildKit's error is about, or nil.
func (in *Instruction) blameFlag(node *parser.Node, message string) *Flag {
	if len(in.Flags) != len(node.Flags) {
		return nil
	}
	name := flagName(message)
	match := func(f Flag) bool { return f.Name == name }
	switch {
	case strings.HasPrefix(message, "duplicate flag"):
		first := slices.IndexFunc(in.Flags, match)
		if second := slices.IndexFunc(in.Flags[first+1:], match); second >= 0 {
			return &in.Flags[first+1+second]
		}
		return nil
	case strings.HasPrefix(message, "missing a value"):
		match = func(f Flag) bool { return f.Name == name && f.Value.Text == "" }
		fallthrough
	case strings.HasPrefix(message, "unknown flag"), strings.HasPrefix(message, "expecting boolean"), strings.HasPrefix(message, "--retries"):
		if i := slices.IndexFunc(in.Flags, match); i >= 0 {
			return &in.Flags[i]
		}
		return nil
	}
	if in.Name != "RUN" {
		return nil
	}
	// What else is wrong with a RUN is in the value of a flag.
	for i := range in.Flags {
		if err := parseFlag(node, i, nil); err != nil && err.Error() == message {
			return &in.Flags[i]
		}
	}
	return nil
}

// flagName is the flag that a message names.
func flagName(message string) string {
	_, name, _ := strings.Cut(message, "--")
	name, _, _ = strings.Cut(name, ", ")
	name, _, _ = strings.Cut(name, " ")
	return name
}

// firstQuoted is the first text in double quotes in a message, without them.
func firstQuoted(message string) string {
	i := strings.IndexByte(message, '"')
	if i < 0 {
		return ""
	}
	quoted, err := strconv.QuotedPrefix(message[i:])
	if err != nil {
		return ""
	}
	text, _ := strconv.Unquote(quoted)
	return text
}
