// Package ignore reads the comments that suppress findings: plimline's own and those of
// hadolint, BuildKit and Trivy, so that what people have written for other tools keeps working.
//
//	# plimline ignore=ID[,ID...] reason         the next instruction, or the one that the comment stands in
//	# plimline ignore-stage=ID[,ID...] reason   the stage that the comment stands in, or that begins below it
//	# plimline ignore-file=ID[,ID...] reason    the whole file
//	# plimline ignore=ID until=2027-01-31 reason  as long as it is that day anywhere on earth
//	# hadolint ignore=DL3006  # hadolint stage ignore=DL3006  # hadolint global ignore=DL3006
//	# check=skip=StageNameCasing;error=true     the whole file as a directive, the next instruction as a comment
//	# trivy:ignore:DS-0002                      the instruction in the same line or the next
//	# trivy:ignore:DS-*:exp:2027-01-31          before that day; "*" is any text
//
// ID is a rule's id, another tool's code, or "all". Comments and blank lines may stand between a comment and
// its instruction, but for Trivy's, which is read as Trivy does.
//
// Only plimline's own comments are judged: for their misspelt names and for ids that suppress nothing. Other
// tools' comments name mostly what plimline has no rule for, and that is right.
package ignore

import (
	"fmt"
	"slices"
	"sort"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// The rules that this package itself finds.
const (
	UnusedIgnore  = "unused-ignore"  // an id in plimline's own comment suppresses nothing
	InvalidIgnore = "invalid-ignore" // plimline's own comment cannot be read or names an unknown rule
)

// Scope says how much a comment covers.
type Scope int

// The scopes.
const (
	Instruction Scope = iota
	Stage
	File
)

// verbs are what plimline's own comments call each scope.
func verbs() []string { return []string{"ignore", "ignore-stage", "ignore-file"} }

// ignore is one name in one comment.
type ignore struct {
	scope   Scope
	span    source.Span // what it covers; unused for a file
	next    int         // the instruction that it covers
	rules   []string    // sorted ids
	all     bool        // every rule; rules is empty
	comment source.Span
	reason  string
	until   string // the last day that it holds, "2027-01-31"; "" for ever
	own     *own   // not nil in plimline's own comments
}

// own is what it takes to report a name in plimline's own comment.
type own struct {
	name source.Span
	text string      // the name as written
	cut  source.Span // what to delete to take the name out of the comment
	safe bool        // deleting it changes nothing but plimline's findings
}

// Set is the suppressions of one file. It does not change.
type Set struct {
	file    *dockerfile.File
	cat     *finding.Catalog
	opt     Options
	ignores []ignore
	invalid []finding.Finding
	errors  bool
}

// Options say what comments may and must say.
type Options struct {
	// Today is the day that "until" is compared with, as 2026-11-24; "" for no comparison.
	Today string
	// RequireReason makes a comment of plimline's own without a reason a finding.
	RequireReason bool
}

// Parse reads the comments and directives of a file.
func Parse(f *dockerfile.File, cat *finding.Catalog, opt Options) *Set {
	s := &Set{file: f, cat: cat, opt: opt}
	for _, d := range f.Directives {
		if d.Name == "check" {
			s.check(d.Value, ignore{scope: File, comment: d.Span})
		}
	}
	for _, c := range f.Comments {
		s.comment(c)
	}
	s.trivy()
	// The closest comment is the one that a finding names.
	slices.SortStableFunc(s.ignores, func(a, b ignore) int { return int(a.scope) - int(b.scope) })
	return s
}

// ErrorOnWarning reports whether the file asks BuildKit to fail on what its checks find ("# check=error=true").
func (s *Set) ErrorOnWarning() bool { return s.errors }

// Apply returns the findings with those marked that a comment suppresses, and adds the findings
// of UnusedIgnore and InvalidIgnore, without severity. active tells which rules run: an id that
// suppresses nothing because its rule is off is not unused.
//
// A finding belongs to the instruction that its span begins in. One that begins elsewhere, or has the empty
// span at the start of the file and so speaks of the file as a whole, is suppressed for the file only.
func (s *Set) Apply(findings []finding.Finding, active func(rule string) bool) []finding.Finding {
	used := make([]bool, len(s.ignores))
	out := slices.Clone(findings)
	for i := range out {
		s.suppress(&out[i], used)
	}
	if active(InvalidIgnore) {
		for _, f := range s.invalid {
			s.suppress(&f, used)
			out = append(out, f)
		}
	}
	if !active(UnusedIgnore) {
		return out
	}
	// What hides unused ignores can be unused itself, which is known only once the others are reported.
	for _, hiders := range []bool{false, true} {
		for i, g := range s.ignores {
			if used[i] || g.own == nil || g.hides(UnusedIgnore) != hiders || !g.anyActive(active) {
				continue
			}
			f := s.unused(g)
			if !hiders {
				s.suppress(&f, used)
			}
			out = append(out, f)
		}
	}
	return out
}

// suppress marks a finding and all ignores that cover it.
func (s *Set) suppress(f *finding.Finding, used []bool) {
	at := instructionAt(s.file, f.Span)
	byFile := onlyByFile(*f)
	for i, g := range s.ignores {
		covered := false
		switch g.scope {
		case Instruction:
			covered = at >= 0 && at == g.next && !byFile
		case Stage:
			covered = g.span.Start <= f.Span.Start && f.Span.Start < g.span.End && !byFile
		case File:
			covered = true
		}
		if !covered || !g.has(f.Rule) {
			continue
		}
		// That a reason is missing is not hidden by a comment without one.
		if f.Rule == InvalidIgnore && s.opt.RequireReason && g.reason == "" {
			continue
		}
		used[i] = true
		if g.until != "" && g.until < s.opt.Today {
			f.Related = append(slices.Clone(f.Related), finding.Related{Span: g.comment, Message: fmt.Sprintf("this ignored it up to %s", g.until)})
			continue
		}
		if f.Suppressed == nil {
			f.Suppressed = &finding.Suppression{Span: g.comment, Reason: g.reason}
		}
	}
}

func (g *ignore) has(rule string) bool {
	return g.all || slices.Contains(g.rules, rule) || finding.IsShellCheck(rule) && slices.Contains(g.rules, finding.ShellCheck)
}

// hides reports whether the ignore can cover findings about comments.
func (g *ignore) hides(rule string) bool { return g.scope == File && g.has(rule) }

func (g *ignore) anyActive(active func(string) bool) bool {
	return g.all || slices.ContainsFunc(g.rules, active)
}

// onlyByFile tells findings that are suppressed for the file only: about comments, and about the file as a whole.
func onlyByFile(f finding.Finding) bool {
	return f.Rule == UnusedIgnore || f.Rule == InvalidIgnore || f.Span == source.Span{}
}

// Target is the instruction above which a comment suppresses a finding; nil when only one for the file does.
func Target(file *dockerfile.File, f finding.Finding) *dockerfile.Instruction {
	at := instructionAt(file, f.Span)
	if at < 0 || onlyByFile(f) {
		return nil
	}
	return file.Instructions[at]
}

// instructionAt is the index of the instruction that a span begins in, or -1.
func instructionAt(file *dockerfile.File, span source.Span) int {
	all := file.Instructions
	i := sort.Search(len(all), func(i int) bool { return all[i].Span.Start > span.Start }) - 1
	if i < 0 {
		return -1
	}
	end := all[i].Span.End
	if span.Len() == 0 {
		end++ // a place right behind the instruction, for something that is missing there
	}
	if span.Start >= end {
		return -1
	}
	return i
}

// stage is the span of the stage that a comment stands in, or that begins with the instruction
// below it. A file without FROM is one stage; before the first FROM there is none.
func (s *Set) stage(c dockerfile.Comment) (source.Span, bool) {
	start, end := -1, len(s.file.Source.Bytes)
	anyFrom := false
	for i, in := range s.file.Instructions {
		if in.Name != "FROM" {
			continue
		}
		anyFrom = true
		if i <= c.Next {
			start = in.Span.Start
		} else {
			end = in.Span.Start
			break
		}
	}
	if !anyFrom {
		start = 0
	}
	return source.Span{Start: start, End: end}, start >= 0
}
