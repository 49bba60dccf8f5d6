package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/fix"
	"github.com/plimline/plimline/internal/ignore"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/unit"
)

// defaultReason is the reason that --add-ignore writes when none is given.
const defaultReason = "TODO"

// addIgnore writes a comment for everything that is found, so that nothing is left to find. What the comments make of a file is linted before
// it is written.
func (a *app) addIgnore(args []string, opt *lintOptions) error {
	if slices.Contains(args, "-") {
		return errors.New("standard input cannot be changed in place; give --add-ignore files")
	}
	if strings.ContainsFunc(opt.addIgnore, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }) {
		return errors.New("--add-ignore: the reason is one line of text")
	}
	program, err := opt.shellCheckProgram(a.ctx)
	if err != nil {
		return err
	}
	open, err := a.open(args, opt)
	if err != nil {
		return err
	}
	w := &worker{contextOptions: &opt.context, ruleSets: open.ruleSets, timeout: opt.timeout}
	lint := func(ctx context.Context, jobs []job) ([]result, error) {
		if program != "" {
			if notice := w.shellCheck(ctx, program, jobs); notice != "" {
				return nil, errors.New(notice)
			}
		}
		return w.all(ctx, jobs, opt.jobs, func() {})
	}
	first, err := lint(a.ctx, open.jobs)
	if err != nil {
		return err
	}
	for _, notice := range append(w.notices(first), open.broken()...) {
		fmt.Fprintln(a.stderr, notice)
		a.code = ExitFailure
	}
	var files []*ignorer
	for i, r := range first {
		open.unread = append(open.unread, r.failed...)
		switch {
		case r.config != nil:
		case r.Err != nil:
			open.unread = append(open.unread, r.Result)
		default:
			files = append(files, newIgnorer(open.jobs[i], r, opt))
		}
	}
	for _, r := range open.unread {
		fmt.Fprintf(a.stderr, "%s: %v\n", r.Path, r.Err)
		a.code = ExitFailure
	}
	if err := settle(a.ctx, files, lint); err != nil {
		return err
	}
	return a.writeIgnores(files)
}

// settle lints what the comments make of the files until nothing is found in any.
func settle(ctx context.Context, files []*ignorer, lint func(context.Context, []job) ([]result, error)) error {
	for pending := slices.Clone(files); ; {
		var jobs []job
		pending = slices.DeleteFunc(pending, func(f *ignorer) bool {
			f.compose()
			if f.text == nil {
				return true
			}
			jobs = append(jobs, job{path: f.old.Path, content: f.text, units: f.units})
			return false
		})
		if len(jobs) == 0 {
			return nil
		}
		results, err := lint(ctx, jobs)
		if err != nil {
			return err
		}
		var next []*ignorer
		for i, f := range pending {
			if f.check(results[i]) {
				next = append(next, f)
			}
		}
		pending = next
	}
}

func (a *app) writeIgnores(files []*ignorer) error {
	total, written := 0, 0
	for _, f := range files {
		if f.text != nil {
			if err := writeBack(f.old.Path, f.old.Bytes, f.text); err != nil {
				fmt.Fprintf(a.stderr, "%s: %v\n", f.old.Path, err)
				a.code = ExitFailure
				continue
			}
			n := len(f.hidden())
			total, written = total+n, written+1
			fmt.Fprintf(a.stdout, "%s: ignored %s\n", f.old.Path, f.counts())
		}
		for _, x := range f.left() {
			p := f.old.Position(x.Span.Start)
			fmt.Fprintf(a.stderr, "%s:%d:%d: not ignored: %s [%s]: %s\n", f.old.Path, p.Line, p.Column, x.Text(), x.Rule, f.refused[x.Rule])
			a.code = max(a.code, ExitFindings)
		}
	}
	_, err := fmt.Fprintf(a.stdout, "%s ignored in %s\n", plural(total, "finding"), plural(written, "file"))
	return err
}

// ignorer finds the comments for a file.
type ignorer struct {
	units  []unit.Unit // the ways it is built
	old    *source.File
	parsed *dockerfile.File
	found  []finding.Finding // what is to be hidden
	shown  func(finding.Finding) bool
	reason string
	// refused are rules that get no comment, with why; gone are those whose findings go away when a comment is put in, such as one that judges
	// the comment above an instruction.
	refused map[string]string
	gone    map[string]bool
	text    []byte // the file with comments; nil when there is nothing to write
}

func newIgnorer(j job, r result, opt *lintOptions) *ignorer {
	f := &ignorer{units: slices.Clone(j.units), old: r.Source, parsed: dockerfile.Parse(r.Source), reason: opt.addIgnore, refused: map[string]string{}, gone: map[string]bool{}}
	f.shown = func(x finding.Finding) bool { return x.Suppressed == nil && (!x.Unknown || opt.unknown) }
	for _, x := range r.Findings {
		if f.shown(x) {
			f.found = append(f.found, x)
		}
	}
	if slices.ContainsFunc(f.units, func(u unit.Unit) bool { return u.Build != nil && u.Build.Inline != nil }) {
		f.refuse("its Dockerfile stands in another file, where a comment above the instruction is for people to write")
	}
	return f
}

// hidden are the findings that get a comment.
func (f *ignorer) hidden() []finding.Finding {
	return slices.DeleteFunc(slices.Clone(f.found), func(x finding.Finding) bool { return f.refused[x.Rule] != "" || f.gone[x.Rule] })
}

// left are the findings that stay.
func (f *ignorer) left() []finding.Finding {
	return slices.DeleteFunc(slices.Clone(f.found), func(x finding.Finding) bool { return f.refused[x.Rule] == "" })
}

// refuse gives up: the file stays as it is.
func (f *ignorer) refuse(why string) {
	f.text = nil
	for _, x := range f.found {
		f.refused[x.Rule] = why
	}
}

// compose puts the comments in. Where that would change an instruction, the file is left alone.
func (f *ignorer) compose() {
	f.text = nil
	edits := ignore.Add(f.parsed, f.hidden(), f.reason)
	if len(edits) == 0 {
		return
	}
	text, ok := finding.Apply(f.old.Bytes, edits)
	if !ok || !ignore.SameInstructions(f.parsed, dockerfile.Parse(source.NewFile(f.old.Path, text))) {
		f.refuse("a comment would change an instruction of the file")
		return
	}
	f.text = text
}

// check looks at what is found with the comments, and reports whether they have to be others. Each time one rule more goes without.
func (f *ignorer) check(r result) (again bool) {
	if r.Err != nil || r.config != nil || r.failed != nil {
		f.refuse("the file with comments cannot be judged")
		return false
	}
	for _, x := range r.Findings {
		if !f.shown(x) || f.refused[x.Rule] != "" {
			continue
		}
		again = true
		name := r.Source.Text(x.Span)
		switch {
		case x.Rule == ignore.UnusedIgnore && !f.gone[name] && slices.ContainsFunc(f.hidden(), func(y finding.Finding) bool { return y.Rule == name }):
			f.gone[name] = true
		default:
			f.refused[x.Rule] = "no comment hides it"
		}
	}
	return again
}

// counts are the rules that are ignored now, with how often: "latest-tag, 2 root-user".
func (f *ignorer) counts() string {
	var applied []fix.Applied
	for _, x := range f.hidden() {
		applied = append(applied, fix.Applied{Rule: x.Rule})
	}
	return listApplied(applied)
}
