package ignore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/plimline/plimline/internal/dockerfile"
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

// trivy reads "trivy:ignore:ID" anywhere in a comment, also several. Of what may follow an id, such
// as ":exp:2030-01-01", nothing counts: findings do not depend on the day.
func (s *Set) trivy(c dockerfile.Comment) {
	text := strings.ToLower(s.file.Source.Text(c.Span))
	if !strings.Contains(text, "trivy:") {
		return
	}
	g := ignore{scope: Instruction, next: c.Next, comment: c.Span}
	for word := range strings.FieldsSeq(text) {
		rest, ok := strings.CutPrefix(strings.TrimLeft(word, "#/*"), "trivy:")
		if !ok {
			continue
		}
		parts := strings.Split(rest, ":")
		for i := 0; i+1 < len(parts); i += 2 {
			if parts[i] != "ignore" {
				continue
			}
			id, _, _ := strings.Cut(parts[i+1], "[") // parameters of the check
			if id == "*" {
				s.allOf(g, "trivy/")
			} else {
				s.foreign(g, trivyNames(id)...)
			}
		}
	}
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
