package spec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/fix"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
)

// Options say what is asked of examples.
type Options struct {
	// Clean asks that no rule of the default set finds anything in a good example; else only the rule itself must not.
	Clean bool
	// By is what the page says it is made by; "" for nothing.
	By string
}

// Checked is a rule's folder with what became of its examples.
type Checked struct {
	Examples []CheckedExample
	Page     []byte // README.md as it is to be
}

// CheckedExample is an example and what it does not hold.
type CheckedExample struct {
	Example
	Problems []string
}

// Check holds a rule's examples to their promises: in bad ones the rule finds something, and its fixes mend them for good, without one being
// undone; in good ones it finds nothing.
func Check(ctx context.Context, linter *lint.Linter, rule finding.Rule, folder fs.FS, opt Options) (*Checked, error) {
	examples, err := Examples(folder)
	if err != nil {
		return nil, err
	}
	parameters, err := fs.ReadFile(folder, "data.yaml")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	out := &Checked{}
	tried := map[string]*trial{}
	for _, e := range examples {
		t, err := try(ctx, linter, rule, e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.File, err)
		}
		tried[e.File] = t
		problems := append(t.problems, t.verdict(rule, e, opt.Clean)...)
		out.Examples = append(out.Examples, CheckedExample{e, problems})
	}
	out.Page, err = Page(opt.By, rule, string(parameters), examples, func(e Example) (string, error) {
		return render(tried[e.File].result, rule.ID, linter.Catalog())
	}, func(e Example) (text, command string) {
		return tried[e.File].mended, tried[e.File].command
	})
	return out, err
}

// trial is what a linter says of an example.
type trial struct {
	result          report.Result
	mended, command string // with the rule's fixes made, and what makes them; "" when there are none
	problems        []string
}

func try(ctx context.Context, linter *lint.Linter, rule finding.Rule, e Example) (*trial, error) {
	sources, remove, err := e.context()
	if err != nil {
		return nil, err
	}
	defer remove()
	set, err := settings(linter.Catalog(), e, rule.ID)
	if err != nil {
		return nil, err
	}
	src := source.NewFile(e.File, e.Text)
	found, err := linter.File(ctx, src, sources, set)
	if err != nil {
		return nil, err
	}
	t := &trial{result: report.Result{Path: e.File, Source: src, Findings: found}}
	if e.Bad {
		err = t.mend(ctx, linter, src, sources, set, rule.ID)
	}
	return t, err
}

// verdict says what an example does not hold.
func (t *trial) verdict(rule finding.Rule, e Example, clean bool) []string {
	var problems []string
	mine := 0
	for _, f := range t.result.Findings {
		switch {
		case f.Unknown || f.Suppressed != nil:
		case f.Rule == rule.ID:
			mine++
			if !e.Bad {
				problems = append(problems, fmt.Sprintf("the rule finds something in a good example, in line %d: %s", t.result.Source.Line(f.Span.Start), f.Message))
			}
		case f.Rule == finding.Faulty && rule.External && !strings.HasPrefix(f.Message, "rule "+rule.ID+": "):
			// Another of the user's, which has examples of its own.
		case f.Rule == finding.Faulty, clean && !e.Bad:
			problems = append(problems, fmt.Sprintf("%s: %s", f.Rule, f.Message))
		}
	}
	if e.Bad && mine == 0 {
		problems = append(problems, "the rule finds nothing in a bad example")
	}
	return problems
}

// mend makes the rule's fixes, the safe ones alone when there are any.
func (t *trial) mend(ctx context.Context, linter *lint.Linter, src *source.File, sources buildcontext.Context, set *config.Settings, rule string) error {
	for _, unsafe := range []bool{false, true} {
		fixer := fix.Fixer{Linter: linter, Unsafe: unsafe, Rules: func(id string) bool { return id == rule }}
		result, err := fixer.File(ctx, src, sources, set)
		if err != nil {
			return err
		}
		for _, u := range result.Undone {
			t.problems = append(t.problems, fmt.Sprintf("the fix %q is undone: %s", u.Title, u.Reason))
		}
		for _, f := range result.Findings {
			if f.Rule == rule && f.Fix != nil && (f.Fix.Safe || unsafe) && !f.Unknown && f.Suppressed == nil {
				t.problems = append(t.problems, fmt.Sprintf("the fix %q leaves %q", f.Fix.Title, f.Message))
			}
		}
		again, err := fixer.File(ctx, result.Source, sources, set)
		if err != nil {
			return err
		}
		if len(again.Applied) > 0 {
			t.problems = append(t.problems, "a second run mends more")
		}
		if len(t.problems) > 0 {
			return nil
		}
		if len(result.Applied) > 0 {
			t.mended, t.command = string(result.Source.Bytes), "plimline fix"
			if unsafe {
				t.command += " --unsafe-fixes"
			}
			return nil
		}
	}
	return nil
}

// context is the example's build context in a folder of its own, and what removes that.
func (e Example) context() (buildcontext.Context, func(), error) {
	if e.Context() == "" {
		return buildcontext.Context{}, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "plimline-example-")
	if err != nil {
		return buildcontext.Context{}, nil, err
	}
	remove := func() { _ = os.RemoveAll(dir) }
	for _, f := range e.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err = os.MkdirAll(filepath.Dir(name), 0o755); err == nil {
			err = os.WriteFile(name, f.Text, 0o644)
		}
		if err != nil {
			remove()
			return buildcontext.Context{}, nil, err
		}
	}
	return buildcontext.Context{Dir: dir, Dockerfile: filepath.Join(dir, "Dockerfile")}, remove, nil
}

// settings turn one rule on beside the default ones, with the plimline.yaml of the example, if it has one.
func settings(catalog *finding.Catalog, e Example, rule string) (*config.Settings, error) {
	c := config.Default(catalog)
	for _, f := range e.Files {
		if f.Name != "plimline.yaml" {
			continue
		}
		var err error
		if c, err = config.Parse(f.Name, f.Text, catalog); err != nil {
			return nil, err
		}
	}
	c, err := c.With(config.Flags{Select: []string{"default", rule}})
	if err != nil {
		return nil, err
	}
	return c.For("Dockerfile"), nil
}

// render shows the findings of one rule, without the summary line.
func render(result report.Result, rule string, catalog *finding.Catalog) (string, error) {
	var mine []finding.Finding
	for _, f := range result.Findings {
		if f.Rule == rule && !f.Unknown {
			mine = append(mine, f)
		}
	}
	result.Findings = mine
	var b bytes.Buffer
	err := report.Write(&b, "text", &report.Run{Results: []report.Result{result}, Catalog: catalog}, report.Options{Quiet: true})
	return strings.TrimRight(b.String(), "\n") + "\n", err
}
