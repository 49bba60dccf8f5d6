package unit

import (
	"bytes"
	"context"
	"fmt"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/fix"
	"github.com/plimline/plimline/internal/source"
)

// Mend mends a file for all the ways it is built, one after the other. The errors are of those that could not be judged.
func Mend(ctx context.Context, f *fix.Fixer, src *source.File, units []Unit, sources Sources, set *config.Settings) (*fix.Result, []error) {
	fixer := *f
	if len(units) > 1 {
		// What nothing uses in one way it is built may be used in another.
		catalog := f.Linter.Catalog()
		fixer.Rules = func(rule string) bool {
			r, ok := catalog.Rule(rule)
			return !(ok && r.EveryBuild) && (f.Rules == nil || f.Rules(rule))
		}
	}
	result := &fix.Result{Source: src}
	var failed []error
	for _, u := range units {
		if err := u.mend(ctx, &fixer, result, sources, set); err != nil {
			failed = append(failed, err)
		}
	}
	return result, failed
}

// mend mends a file for one way it is built.
func (u Unit) mend(ctx context.Context, f *fix.Fixer, result *fix.Result, sources Sources, set *config.Settings) error {
	file := result.Source
	if u.Build != nil && u.Build.Inline != nil {
		var err error
		if u.Build, err = u.Build.In(file); err != nil {
			return err
		}
	}
	r, err := f.File(ctx, u.Source(file), sources(&u, file.Path), u.Settings(set))
	if err != nil {
		if u.Build != nil {
			err = fmt.Errorf("%s in %s: %w", u.Build.Name, u.Build.File.Path, err)
		}
		return err
	}
	result.Findings, result.Undone = r.Findings, append(result.Undone, r.Undone...)
	if u.Build == nil || u.Build.Inline == nil {
		result.Source, result.Applied = r.Source, append(result.Applied, r.Applied...)
		return nil
	}
	if len(r.Applied) == 0 {
		return nil
	}
	if edits, ok := u.Build.Inline.Edits(changes(u.Build.Inline.Text(), r.Source.Bytes)); ok {
		if text, ok := finding.Apply(file.Bytes, edits); ok {
			result.Source, result.Applied = source.NewFile(file.Path, text), append(result.Applied, r.Applied...)
			return nil
		}
	}
	for _, x := range r.Applied {
		result.Undone = append(result.Undone, fix.Undone{Rule: x.Rule, Title: x.Title, Reason: "its lines do not stand in the file as they are (" + u.Build.Name + ")"})
	}
	return nil
}

// changes are the edits that make one text of another: line by line when both have as many.
func changes(old, text []byte) []finding.Edit {
	was, is := bytes.SplitAfter(old, []byte("\n")), bytes.SplitAfter(text, []byte("\n"))
	if len(was) != len(is) {
		was, is = [][]byte{old}, [][]byte{text}
	}
	var out []finding.Edit
	at := 0
	for i, line := range was {
		start, end, to := 0, len(line), is[i]
		for start < len(line) && start < len(to) && line[start] == to[start] {
			start++
		}
		for end > start && len(to) > start && line[end-1] == to[len(to)-1] {
			end, to = end-1, to[:len(to)-1]
		}
		if start < end || start < len(to) {
			out = append(out, finding.Edit{Span: source.Span{Start: at + start, End: at + end}, Text: string(to[start:])})
		}
		at += len(line)
	}
	return out
}
