// Package fix mends Dockerfiles with the edits that findings bring. It knows no rule: it applies what does not overlap, looks at the
// file again, and goes on until nothing is left to mend. What breaks the file, or makes another rule find something, is undone.
package fix

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/source"
)

// maxRounds bounds how often a file is looked at again. Most files are done after two.
const maxRounds = 64

// maxGrowth is how many bytes fixes may add to a file.
const maxGrowth = 1 << 20

// Fixer mends files. It is safe for concurrent use.
type Fixer struct {
	Linter *lint.Linter
	// Unsafe applies fixes too that may change what the image does.
	Unsafe bool
	// Rules says whose fixes are made; nil for all.
	Rules func(rule string) bool
}

// Result is a mended file.
type Result struct {
	Source  *source.File // the file as it is now
	Applied []Applied    // in the order they were applied
	Undone  []Undone
	// Findings are those of the file as it is now.
	Findings []finding.Finding
}

// Applied is a fix that was made.
type Applied struct{ Rule, Title string }

// Undone is a fix that was not kept, and why.
type Undone struct {
	Rule, Title, Reason string
}

// File mends a file.
func (f *Fixer) File(ctx context.Context, src *source.File, sources buildcontext.Context, set *config.Settings) (*Result, error) {
	r := &Result{Source: src}
	state, err := f.look(ctx, src, sources, set)
	if err != nil {
		return nil, err
	}
	state.most = len(src.Bytes) + maxGrowth
	refused := map[string]bool{}
	for range maxRounds {
		chosen := f.choose(state, refused)
		if len(chosen) == 0 {
			break
		}
		next, made, err := f.most(ctx, state, chosen, sources, set, func(c choice, reason string) {
			refused[c.key] = true
			r.Undone = append(r.Undone, Undone{c.Rule, c.Fix.Title, reason})
		})
		if err != nil {
			return nil, err
		}
		if next != nil {
			state = next
			r.note(made)
		}
	}
	r.Source, r.Findings = state.src, state.findings
	return r, nil
}

// most applies the fixes, or as many as are easily found to be good: when together they make the file worse, the first half, and so on down to
// the one that is to blame. Those behind it wait for the next round, when their places are known again.
func (f *Fixer) most(ctx context.Context, s *state, chosen []choice, sources buildcontext.Context, set *config.Settings, refuse func(choice, string)) (*state, []choice, error) {
	next, reason, err := f.try(ctx, s, chosen, sources, set)
	switch {
	case err != nil:
		return nil, nil, err
	case reason == "":
		return next, chosen, nil
	case len(chosen) == 1:
		refuse(chosen[0], reason)
		return nil, nil, nil
	}
	half := len(chosen) / 2
	next, made, err := f.most(ctx, s, chosen[:half], sources, set, refuse)
	if err != nil || next != nil {
		return next, made, err
	}
	return f.most(ctx, s, chosen[half:], sources, set, refuse)
}

func (r *Result) note(made []choice) {
	for _, f := range made {
		r.Applied = append(r.Applied, Applied{f.Rule, f.Fix.Title})
	}
}

// state is a file and what was found in it.
type state struct {
	src      *source.File
	file     *dockerfile.File
	findings []finding.Finding
	most     int // bytes that it may grow to
}

func (f *Fixer) look(ctx context.Context, src *source.File, sources buildcontext.Context, set *config.Settings) (*state, error) {
	found, err := f.Linter.File(ctx, src, sources, set)
	if err == nil && ctx.Err() != nil { // what there was no time for cannot be compared
		err = fmt.Errorf("there is not enough time to mend it: %w", ctx.Err())
	}
	if err != nil {
		return nil, err
	}
	return &state{src: src, file: dockerfile.Parse(src), findings: found}, nil
}

// choice is a finding whose fix is to be made.
type choice struct {
	finding.Finding
	key string
}

// choose picks fixes whose edits do not overlap, in the order of the file.
func (f *Fixer) choose(s *state, refused map[string]bool) []choice {
	var chosen []choice
	var taken []source.Span
	seen := map[string]int{}
	for _, x := range s.findings {
		if f.Rules != nil && !f.Rules(x.Rule) {
			continue
		}
		if x.Fix == nil || len(x.Fix.Edits) == 0 || x.Suppressed != nil || x.Unknown || !x.Fix.Safe && !f.Unsafe {
			continue
		}
		k := key(s.src, x, seen)
		if refused[k] {
			continue
		}
		edits := finding.Tidy(s.src, x.Fix.Edits)
		if slices.ContainsFunc(edits, func(e finding.Edit) bool {
			return slices.ContainsFunc(taken, func(t source.Span) bool { return touches(e.Span, t) })
		}) {
			continue
		}
		for _, e := range edits {
			taken = append(taken, e.Span)
		}
		chosen = append(chosen, choice{x, k})
	}
	return chosen
}

// touches: two edits that share a byte or a place would depend on each other's order.
func touches(a, b source.Span) bool { return a.Start <= b.End && b.Start <= a.End }

// try applies fixes and looks at what they make; reason says why that is not to be kept.
func (f *Fixer) try(ctx context.Context, s *state, chosen []choice, sources buildcontext.Context, set *config.Settings) (next *state, reason string, err error) {
	var edits []finding.Edit
	for _, c := range chosen {
		edits = append(edits, finding.Tidy(s.src, c.Fix.Edits)...)
	}
	text, ok := finding.Apply(s.src.Bytes, edits)
	if !ok {
		return nil, "its edits overlap", nil
	}
	if bytes.Equal(text, s.src.Bytes) {
		return nil, "it changes nothing", nil
	}
	if len(text) > s.most {
		return nil, "the file would become too large", nil
	}
	if next, err = f.look(ctx, source.NewFile(s.src.Path, text), sources, set); err != nil {
		return nil, "", err
	}
	next.most = s.most
	return next, f.worse(s, next, chosen), nil
}

// worse says what is worse in the file after fixes: what BuildKit refuses, stages and instructions that are gone without a fix having
// deleted them, and findings of other rules of the default set.
func (f *Fixer) worse(s, next *state, made []choice) string {
	if len(next.file.Problems) > len(s.file.Problems) {
		return "the file would not be valid: " + next.file.Problems[len(next.file.Problems)-1].Message
	}
	deleted := 0
	for _, x := range made {
		for _, e := range finding.Tidy(s.src, x.Fix.Edits) {
			for _, in := range s.file.Instructions {
				if e.Span.Contains(in.Span) && in.Span.Len() > 0 {
					deleted++
				}
			}
		}
	}
	if len(next.file.Instructions) < len(s.file.Instructions)-deleted {
		return "an instruction would be lost"
	}
	if count(next.file, "FROM") < count(s.file, "FROM") {
		return "a stage would be lost"
	}
	before, after := tally(s.findings), tally(next.findings)
	for rule, n := range after {
		if r, _ := f.Linter.Catalog().Rule(rule); n > before[rule] && r.Set == finding.SetDefault {
			return fmt.Sprintf("%s would find something new", rule)
		}
	}
	return ""
}

func count(f *dockerfile.File, name string) (n int) {
	for _, in := range f.Instructions {
		if in.Name == name {
			n++
		}
	}
	return n
}

// tally counts what counts, by rule.
func tally(found []finding.Finding) map[string]int {
	out := map[string]int{}
	for _, f := range found {
		if f.Suppressed == nil && !f.Unknown {
			out[f.Rule]++
		}
	}
	return out
}

// key names a fix across rounds, in which places move: by what is found and how many times it was found above.
func key(src *source.File, f finding.Finding, seen map[string]int) string {
	k := strings.Join([]string{f.Rule, f.Fix.Title, f.Message, src.Text(f.Span)}, "\x00")
	seen[k]++
	return fmt.Sprint(k, "\x00", seen[k])
}
