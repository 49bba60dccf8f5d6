package ignore

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/source"
)

// hadolint reads what follows hadolint's name: "ignore=A,B", "stage ignore=A" or "global ignore=A",
// and a reason that begins with "#". hadolint drops a comment with one odd name in it; here the others count.
func (s *Set) hadolint(r *reader, c dockerfile.Comment) {
	if ch := r.rest(); ch == "" || !unicode.IsSpace(rune(ch[0])) {
		return
	}
	r.space()
	g := ignore{scope: Instruction, next: c.Next, comment: c.Span}
	verb := strings.ToLower(r.take(isWord))
	if verb == "global" || verb == "stage" {
		g.scope = File
		if verb == "stage" {
			var ok bool
			if g.span, ok = s.stage(c); !ok {
				return
			}
			g.scope = Stage
		}
		r.space()
		verb = strings.ToLower(r.take(isWord))
	}
	r.space()
	if verb != "ignore" || !r.accept("=") {
		return
	}
	names := r.names()
	g.reason = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(r.rest()), "#"))
	for _, name := range names {
		code := s.file.Source.Text(name)
		s.foreign(g, "hadolint/"+code, "shellcheck/"+code)
	}
}

// check reads the value of BuildKit's "check": "skip=A,B;error=true".
func (s *Set) check(value string, g ignore) {
	for option := range strings.SplitSeq(value, ";") {
		key, list, _ := strings.Cut(option, "=")
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "error":
			// As a comment it has no effect in BuildKit either.
			on, err := strconv.ParseBool(strings.TrimSpace(list))
			s.errors = s.errors || err == nil && on && g.scope == File
		case "skip":
			for name := range strings.SplitSeq(list, ",") {
				name = strings.TrimSpace(name)
				if strings.EqualFold(name, "all") {
					s.allOf(g, "buildkit/")
				} else {
					s.foreign(g, "buildkit/"+name)
				}
			}
		}
	}
}

// trivyRule is a "trivy:ignore:ID" in a file.
type trivyRule struct {
	ignore
	line   int // that it is taken to stand in
	begins bool
}

// trivy reads Trivy's "trivy:ignore:ID", which counts as Trivy has it: in any line, also behind an instruction and several in a line, for an
// instruction that begins in that line or the next; those in the lines above it go on to the same instruction when they begin their lines.
func (s *Set) trivy() {
	src := s.file.Source
	if !bytes.Contains(src.Bytes, []byte(":ignore:")) {
		return
	}
	var rules []trivyRule
	for line := 1; line <= src.Lines(); line++ {
		rules = append(rules, s.trivyLine(line, src.LineSpan(line))...)
	}
	shift(rules)
	for _, r := range rules {
		for i, in := range s.file.Instructions {
			if first := src.Line(in.Span.Start); first == r.line || first == r.line+1 {
				g := r.ignore
				g.next, g.rules = i, slices.Clone(g.rules)
				s.add(g)
			}
		}
	}
}

func (s *Set) trivyLine(line int, span source.Span) []trivyRule {
	var out []trivyRule
	text := s.file.Source.Text(span)
	first, at := true, 0
	for part := range strings.SplitSeq(text, " ") {
		start := at
		at += len(part) + 1
		if part = strings.TrimLeft(strings.TrimSpace(part), "#/*"); part == "" {
			continue
		}
		begins := first || len(out) > 0 && out[0].begins
		first = false
		_, rest, ok := cutPrefixFold(part, "trivy:", "tfsec:")
		if !ok {
			continue
		}
		r := trivyRule{line: line, begins: begins, ignore: ignore{scope: Instruction, comment: source.Span{Start: span.Start + start, End: span.End}}}
		id, expired := "", false
		for sections := strings.Split(rest, ":"); len(sections) > 1; sections = sections[2:] {
			switch strings.ToLower(sections[0]) {
			case "ignore":
				id, _, _ = strings.Cut(sections[1], "[") // parameters of the check
			case "exp":
				day, err := time.Parse(time.DateOnly, sections[1])
				if r.until = ""; err == nil {
					r.until = day.AddDate(0, 0, -1).Format(time.DateOnly)
				}
				expired = err != nil
			}
		}
		if id == "" || expired {
			continue
		}
		r.rules = s.trivyRules(id)
		out = append(out, r)
	}
	return out
}

// shift has Trivy's rules in lines above each other count for the instruction below the last.
func shift(rules []trivyRule) {
	current, offset := 0, 0
	for i := len(rules) - 1; i > 0; i-- {
		previous := &rules[i-1]
		if !previous.begins {
			continue
		}
		if current == 0 {
			current = rules[i].line
		}
		if previous.line+1+offset == rules[i].line {
			previous.line = current
			offset++
		} else {
			current, offset = 0, 0
		}
	}
}

func cutPrefixFold(text string, prefixes ...string) (prefix, rest string, ok bool) {
	for _, p := range prefixes {
		if len(text) >= len(p) && strings.EqualFold(text[:len(p)], p) {
			return p, text[len(p):], true
		}
	}
	return "", text, false
}

// trivyRules are the rules that an id stands for, in which "*" is any text.
func (s *Set) trivyRules(id string) []string {
	id = strings.ToLower(id)
	var out []string
	if !strings.Contains(id, "*") {
		for _, name := range trivyNames(id) {
			out = append(out, s.cat.Resolve(name)...)
		}
		return out
	}
	pattern, err := regexp.Compile("^" + strings.ReplaceAll(regexp.QuoteMeta("trivy/"+id), `\*`, ".*") + "$")
	if err != nil {
		return nil
	}
	for _, rule := range s.cat.Rules() {
		if slices.ContainsFunc(rule.Aliases, func(alias string) bool {
			code, is := strings.CutPrefix(strings.ToLower(alias), "trivy/")
			return is && slices.ContainsFunc(trivyNames(code), pattern.MatchString)
		}) {
			out = append(out, rule.ID)
		}
	}
	return out
}

// trivyNames are the ways to write an id of Trivy's: AVD-DS-0002, DS-0002 and DS002 are the same check.
func trivyNames(id string) []string {
	names := []string{"trivy/" + id}
	short := strings.TrimPrefix(id, "avd-")
	letters := strings.TrimRightFunc(short, unicode.IsDigit)
	number, err := strconv.Atoi(short[len(letters):])
	if letters = strings.TrimSuffix(letters, "-"); err == nil && letters != "" {
		names = append(names, fmt.Sprintf("trivy/%s-%04d", letters, number), fmt.Sprintf("trivy/avd-%s-%04d", letters, number),
			fmt.Sprintf("trivy/%s%03d", letters, number))
	}
	return names
}

// foreign adds an ignore for the rules that other tools' codes stand for, if there are any.
func (s *Set) foreign(g ignore, names ...string) {
	for _, name := range names {
		g.rules = append(g.rules, s.cat.Resolve(name)...)
	}
	s.add(g)
}

// allOf adds an ignore for all rules that do what another tool's do: "all" in its comment does not
// mean rules that it has never heard of.
func (s *Set) allOf(g ignore, tool string) {
	for _, rule := range s.cat.Rules() {
		if slices.ContainsFunc(rule.Aliases, func(alias string) bool { return strings.HasPrefix(alias, tool) }) {
			g.rules = append(g.rules, rule.ID)
		}
	}
	s.add(g)
}

func (s *Set) add(g ignore) {
	if len(g.rules) == 0 {
		return
	}
	slices.Sort(g.rules)
	g.rules = slices.Compact(g.rules)
	s.ignores = append(s.ignores, g)
}
