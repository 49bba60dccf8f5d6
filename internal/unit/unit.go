// Package unit judges and mends a Dockerfile in all the ways it is built: as the configuration says, and as Compose and Bake files do. It stands
// apart from lint, which the playground needs without the readers of those files.
package unit

import (
	"context"
	"slices"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/inputs"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/shellcheck"
	"github.com/plimline/plimline/internal/source"
)

// Unit is a Dockerfile, built in one way.
type Unit struct {
	Build *inputs.Build // as a Compose or Bake file says; nil: as the configuration says
	Said  []shellcheck.Comment
}

// Add adds a way in which a file is built. One that is the same as another is judged once, under both names.
func Add(units []Unit, b inputs.Build) []Unit {
	for _, u := range units {
		if u.Build.Same(&b) {
			u.Build.Also = append(u.Build.Also, &b)
			return units
		}
	}
	return append(units, Unit{Build: &b})
}

// Source is the Dockerfile: the file itself, or one that stands in it.
func (u *Unit) Source(file *source.File) *source.File {
	if u.Build == nil || u.Build.Inline == nil {
		return file
	}
	return source.NewFile(file.Path, u.Build.Inline.Text())
}

// Settings are those of the file, with what the build says.
func (u *Unit) Settings(s *config.Settings) *config.Settings {
	if u.Build == nil {
		return s
	}
	return s.Built(u.Build.Target, u.Build.Args, u.Build.CallersArgs, u.Build.Contexts)
}

// Sources finds the build context of a file that is built in one way.
type Sources func(u *Unit, file string) buildcontext.Context

// Judged is what was found in a unit. Err is why it was not judged.
type Judged struct {
	Unit
	Findings []finding.Finding
	Err      error
}

// Judge judges a file in all the ways it is built.
func Judge(ctx context.Context, l *lint.Linter, file *source.File, units []Unit, sources Sources, set *config.Settings) []Judged {
	out := make([]Judged, len(units))
	for i, u := range units {
		found, err := l.File(ctx, u.Source(file), sources(&u, file.Path), u.Settings(set), u.Said...)
		out[i] = Judged{u, found, err}
	}
	return out
}

// Merged are the findings of a file that is built in several ways, equal ones once. What says that nothing uses something counts only when
// it is so in all of them.
func Merged(all []Judged, catalog *finding.Catalog) []finding.Finding {
	if len(all) == 1 && all[0].Build == nil {
		return all[0].Findings
	}
	type place struct {
		rule  string
		start int // of the Dockerfile within the file
		span  source.Span
	}
	type key struct {
		place
		message             string
		unknown, suppressed bool
	}
	start := func(u Unit) int {
		if u.Build == nil || u.Build.Inline == nil {
			return -1
		}
		return u.Build.Inline.Start()
	}
	ways, having := map[int]int{}, map[place]int{}
	for _, j := range all {
		if j.Err != nil {
			continue
		}
		ways[start(j.Unit)]++
		seen := map[place]bool{}
		for _, f := range j.Findings {
			if p := (place{f.Rule, start(j.Unit), f.Span}); !seen[p] {
				seen[p] = true
				having[p]++
			}
		}
	}
	var out []finding.Finding
	var keys []key
	seen, where := map[key]bool{}, map[key][]Unit{}
	for _, j := range all {
		for _, f := range j.Findings {
			p := place{f.Rule, start(j.Unit), f.Span}
			if rule, ok := catalog.Rule(f.Rule); ok && rule.EveryBuild && having[p] < ways[p.start] {
				continue
			}
			k := key{p, f.Message, f.Unknown, f.Suppressed != nil}
			where[k] = append(where[k], j.Unit)
			if seen[k] {
				continue
			}
			seen[k] = true
			keys = append(keys, k)
			if j.Build != nil && j.Build.Inline != nil {
				f = j.Build.Inline.Finding(f)
			}
			out = append(out, f)
		}
	}
	named := names(all)
	for i, k := range keys {
		if len(where[k]) < ways[k.start] {
			out[i].Builds = named(where[k])
		}
	}
	slices.SortStableFunc(out, finding.Compare)
	return out
}

// names names builds, with the file that speaks of them where there are several.
func names(all []Judged) func([]Unit) []string {
	files := map[string]bool{}
	each := func(u Unit, f func(*inputs.Build)) {
		if u.Build != nil {
			f(u.Build)
			for _, b := range u.Build.Also {
				f(b)
			}
		}
	}
	for _, j := range all {
		each(j.Unit, func(b *inputs.Build) { files[b.File.Path] = true })
	}
	return func(units []Unit) (out []string) {
		for _, u := range units {
			each(u, func(b *inputs.Build) {
				name := b.Name
				if len(files) > 1 {
					name += " of " + b.File.Path
				}
				out = append(out, name)
			})
		}
		return out
	}
}
