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
	"github.com/plimline/plimline/internal/inputs"
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
			units, err := f.as(source.NewFile(f.old.Path, f.text))
			if err != nil {
				f.refuse(err.Error())
				return true
			}
			jobs = append(jobs, job{path: f.old.Path, content: f.text, units: units})
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
			if f.check(results[i], jobs[i].units) {
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
		f.left(func(x finding.Finding, why string) {
			p := f.old.Position(x.Span.Start)
			fmt.Fprintf(a.stderr, "%s:%d:%d: not ignored: %s [%s]: %s\n", f.old.Path, p.Line, p.Column, x.Text(), x.Rule, why)
			a.code = max(a.code, ExitFindings)
		})
	}
	_, err := fmt.Fprintf(a.stdout, "%s ignored in %s\n", plural(total, "finding"), plural(written, "file"))
	return err
}

// ignorer finds the comments for a file.
type ignorer struct {
	units  []unit.Unit // the ways it is built
	old    *source.File
	found  []finding.Finding // what is to be hidden
	shown  func(finding.Finding) bool
	reason string
	// refused are rules that get no comment, with why; gone are those whose findings go away when a comment is put in, such as one that judges
	// the comment above an instruction.
	refused map[ignored]string
	gone    map[ignored]bool
	text    []byte // the file with comments; nil when there is nothing to write
}

// ignored is a rule in one of the Dockerfiles of a file.
type ignored struct {
	rule string
	in   int
}

// standing is a Dockerfile: a file itself, or one that stands in it.
type standing struct {
	*dockerfile.File
	inline *inputs.Inline
}

func newIgnorer(j job, r result, opt *lintOptions) *ignorer {
	f := &ignorer{units: j.units, old: r.Source, reason: opt.addIgnore, refused: map[ignored]string{}, gone: map[ignored]bool{}}
	f.shown = func(x finding.Finding) bool { return x.Suppressed == nil && (!x.Unknown || opt.unknown) }
	for _, x := range r.Findings {
		if f.shown(x) {
			f.found = append(f.found, x)
		}
	}
	return f
}

// dockerfiles are those of a file that is built in some ways, in their order.
func dockerfiles(file *source.File, units []unit.Unit) []standing {
	var out []standing
	for _, u := range units {
		if u.Build == nil || u.Build.Inline == nil {
			return []standing{{dockerfile.Parse(file), nil}}
		}
		in := u.Build.Inline
		if !slices.ContainsFunc(out, func(d standing) bool { return d.inline.Start() == in.Start() }) {
			out = append(out, standing{dockerfile.Parse(u.Source(file)), in})
		}
	}
	slices.SortStableFunc(out, func(x, y standing) int { return x.inline.Start() - y.inline.Start() })
	return out
}

// within is a finding of the file as one of the Dockerfile.
func (d standing) within(x finding.Finding) (finding.Finding, bool) {
	if d.inline == nil {
		return x, true
	}
	at, ok := d.inline.Within(x.Span)
	x.Span = at
	return x, ok
}

// place is what a finding is of.
func place(all []standing, x finding.Finding) ignored {
	i := slices.IndexFunc(all, func(d standing) bool {
		_, ok := d.within(x)
		return ok
	})
	return ignored{x.Rule, i}
}

// hidden are the findings that get a comment.
func (f *ignorer) hidden() []finding.Finding {
	all := dockerfiles(f.old, f.units)
	return slices.DeleteFunc(slices.Clone(f.found), func(x finding.Finding) bool {
		p := place(all, x)
		return f.refused[p] != "" || f.gone[p]
	})
}

// left are the findings that stay, with why.
func (f *ignorer) left(each func(x finding.Finding, why string)) {
	all := dockerfiles(f.old, f.units)
	for _, x := range f.found {
		if why := f.refused[place(all, x)]; why != "" {
			each(x, why)
		}
	}
}

// refuse gives up: the file stays as it is.
func (f *ignorer) refuse(why string) {
	f.text = nil
	all := dockerfiles(f.old, f.units)
	for _, x := range f.found {
		f.refused[place(all, x)] = why
	}
}

// compose puts the comments in. A Dockerfile in which that would change an instruction is left alone, and so is one that does not stand in its
// file as it is.
func (f *ignorer) compose() {
	f.text = nil
	all := dockerfiles(f.old, f.units)
	hidden := f.hidden()
	var edits []finding.Edit
	for i, d := range all {
		var own []finding.Finding
		for _, x := range hidden {
			if place(all, x).in == i {
				x, _ = d.within(x)
				own = append(own, x)
			}
		}
		refuse := func(why string) {
			for _, x := range own {
				f.refused[ignored{x.Rule, i}] = why
			}
		}
		added := ignore.Add(d.File, own, f.reason)
		if len(added) == 0 {
			continue
		}
		text, ok := finding.Apply(d.Source.Bytes, added)
		if !ok || !ignore.SameInstructions(d.File, dockerfile.Parse(source.NewFile(f.old.Path, text))) {
			refuse("a comment would change an instruction")
			continue
		}
		if d.inline != nil {
			if added, ok = d.inline.Edits(added); !ok {
				refuse("the lines of its Dockerfile do not stand in the file as they are")
				continue
			}
		}
		edits = append(edits, added...)
	}
	if len(edits) == 0 {
		return
	}
	text, ok := finding.Apply(f.old.Bytes, edits)
	if !ok {
		f.refuse("the comments are in one another's way")
		return
	}
	f.text = text
}

// as are the ways in which the file is built with the comments.
func (f *ignorer) as(file *source.File) ([]unit.Unit, error) {
	out := slices.Clone(f.units)
	for i, u := range out {
		if u.Build != nil && u.Build.Inline != nil {
			var err error
			if out[i].Build, err = u.Build.In(file); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// check looks at what is found with the comments, and reports whether they have to be others. Each time one rule more goes without.
func (f *ignorer) check(r result, units []unit.Unit) (again bool) {
	if r.Err != nil || r.config != nil || r.failed != nil {
		f.refuse("the file with comments cannot be judged")
		return false
	}
	all := dockerfiles(r.Source, units)
	before, hidden := dockerfiles(f.old, f.units), f.hidden()
	for _, x := range r.Findings {
		p := place(all, x)
		if !f.shown(x) || f.refused[p] != "" {
			continue
		}
		again = true
		unused := ignored{r.Source.Text(x.Span), p.in}
		switch {
		case x.Rule == ignore.UnusedIgnore && !f.gone[unused] && slices.ContainsFunc(hidden, func(y finding.Finding) bool { return place(before, y) == unused }):
			f.gone[unused] = true
		default:
			f.refused[p] = "no comment hides it"
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
