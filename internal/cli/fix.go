package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/fix"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/unit"
)

// fixOptions say what is mended, and whether it is only shown.
type fixOptions struct {
	unsafe bool
	diff   bool
}

func (o *fixOptions) flags(f *pflag.FlagSet) {
	under(f, fixesHeading, func(f *pflag.FlagSet) {
		f.BoolVar(&o.unsafe, "unsafe-fixes", false, "also make fixes that may change what the image does; their titles say how")
		f.BoolVar(&o.diff, "diff", false, "show what would be fixed and change nothing; exit code 1 when there is something")
	})
}

func (a *app) fixCommand() *cobra.Command {
	var opt lintOptions
	var fixing fixOptions
	cmd := &cobra.Command{
		Use:   "fix [PATH...]",
		Short: "Mend what can be mended",
		Long: `Mend Dockerfiles: make the safe fixes of findings, and with --unsafe-fixes the others. A PATH is a file, a folder, or - for
standard input, whose mended text is written to standard output. Files are replaced at once and keep their mode, owner and line endings;
a fix that would break the file or make another rule find something is not kept.`,
		Example: `  plimline fix --diff
  plimline fix Dockerfile
  plimline fix --select legacy-key-value .`,
		RunE: func(_ *cobra.Command, args []string) error { return a.fix(args, &opt, fixing) },
	}
	f := cmd.Flags()
	fixing.flags(f)
	a.settingsFlags(cmd, &opt.settings)
	opt.context.flags(f)
	opt.searchFlags(f)
	under(f, reportHeading, opt.quietFlag)
	return cmd
}

// mended is what fixing one file gave.
type mended struct {
	path string
	*fix.Result
	old    []byte
	failed []error // ways it is built that could not be judged
	err    error
}

func (m *mended) changed() bool { return m.err == nil && !bytes.Equal(m.old, m.Source.Bytes) }

// fix mends the files that the arguments name.
func (a *app) fix(args []string, opt *lintOptions, fixing fixOptions) error {
	open, err := a.open(args, opt)
	if err != nil {
		return err
	}
	jobs := open.jobs
	stdin := slices.Contains(args, "-")
	if stdin && len(args) > 1 {
		return errors.New("standard input (-) is mended by itself")
	}
	if stdin { // a Compose file there may build others
		if jobs, err = onStdin(jobs, opt); err != nil {
			return err
		}
	}
	f := &fixer{contextOptions: &opt.context, ruleSets: open.ruleSets, unsafe: fixing.unsafe, timeout: opt.timeout}
	results := make([]mended, len(jobs))
	group, ctx := errgroup.WithContext(a.ctx)
	limit := opt.jobs
	if limit <= 0 {
		limit = runtime.GOMAXPROCS(0)
	}
	group.SetLimit(limit)
	for i, j := range jobs {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			results[i] = f.one(ctx, j)
			if !stdin && !fixing.diff && results[i].changed() {
				results[i].err = writeBack(j.path, results[i].old, results[i].Source.Bytes)
			}
			return ctx.Err()
		})
	}
	interrupted := group.Wait()
	if interrupted != nil { // what is mended is told all the same
		results = slices.DeleteFunc(results, func(m mended) bool { return m.Result == nil || m.err != nil })
	}
	for _, problem := range open.broken() {
		fmt.Fprintln(a.stderr, "plimline:", problem)
		a.code = ExitFailure
	}
	for _, r := range open.unread {
		fmt.Fprintf(a.stderr, "%s: %v\n", r.Path, r.Err)
		a.code = ExitFailure
	}
	return errors.Join(a.showFixes(results, stdin, opt.quiet, fixing), interrupted)
}

func (a *app) showFixes(results []mended, stdin, quiet bool, fixing fixOptions) error {
	out := report.Safe(a.stdout)
	switch {
	case quiet:
		out = io.Discard
	case stdin:
		out = a.stderr
	}
	fixed, files := 0, 0
	for i := range results {
		r := &results[i]
		if r.err != nil {
			fmt.Fprintf(a.stderr, "%s: %v\n", r.path, r.err)
			a.code = ExitFailure
			continue
		}
		for _, err := range r.failed {
			fmt.Fprintf(a.stderr, "%s: %v\n", r.path, err)
			a.code = ExitFailure
		}
		switch {
		case fixing.diff && r.changed():
			if _, err := a.stdout.Write(diff.Diff(r.path, r.old, r.path, r.Source.Bytes)); err != nil {
				return err
			}
			a.code = max(a.code, ExitFindings)
		case stdin && !fixing.diff:
			if _, err := a.stdout.Write(r.Source.Bytes); err != nil {
				return err
			}
		}
		if len(r.Applied) > 0 {
			fixed, files = fixed+len(r.Applied), files+1
			if !fixing.diff {
				fmt.Fprintf(out, "%s: fixed %s\n", r.path, listApplied(r.Applied))
			}
		}
		for _, x := range r.Findings {
			if x.Rule == finding.Faulty {
				fmt.Fprintf(a.stderr, "%s: %s\n", r.path, x.Message)
				a.code = ExitFailure
			}
		}
		for _, u := range r.Undone {
			fmt.Fprintf(a.stderr, "%s: not fixed: %s (%s): %s\n", r.path, u.Rule, u.Title, u.Reason)
		}
	}
	if fixing.diff && !quiet {
		out = a.stderr
	}
	verb := "fixed"
	if fixing.diff {
		verb = "would be fixed"
	}
	_, err := fmt.Fprintf(out, "%s %s in %s\n", plural(fixed, "finding"), verb, plural(files, "file"))
	return err
}

// listApplied counts fixes by rule: "2 legacy-key-value, useless-cat".
func listApplied(applied []fix.Applied) string {
	var rules []string
	counts := map[string]int{}
	for _, x := range applied {
		if counts[x.Rule]++; counts[x.Rule] == 1 {
			rules = append(rules, x.Rule)
		}
	}
	for i, rule := range rules {
		if n := counts[rule]; n > 1 {
			rules[i] = fmt.Sprintf("%d %s", n, rule)
		}
	}
	return strings.Join(rules, ", ")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// fixer mends files with what they share.
type fixer struct {
	*contextOptions
	*ruleSets
	unsafe  bool
	timeout time.Duration
}

func (f *fixer) one(ctx context.Context, j job) mended {
	m := mended{path: j.path, old: j.content}
	if m.old == nil {
		if m.old, m.err = readFile(j.path); m.err != nil {
			return m
		}
	}
	c, err := f.configs.Config(j.path)
	if err != nil {
		m.err = err
		return m
	}
	ctx, cancel := context.WithTimeout(ctx, 4*f.timeout)
	defer cancel()
	fixer := fix.Fixer{Unsafe: f.unsafe}
	if fixer.Linter, m.err = f.linters.Of(c); m.err != nil {
		return m
	}
	m.Result, m.failed = unit.Mend(ctx, &fixer, source.NewFile(j.path, m.old), j.units, f.contextOptions.unit, c.For(j.path))
	if len(m.failed) == len(j.units) {
		m.err = errors.Join(m.failed...)
	}
	return m
}

// onStdin is the job of standard input: the Dockerfile that it is, or those that stand in it.
func onStdin(jobs []job, opt *lintOptions) ([]job, error) {
	name := opt.stdinName()
	jobs = slices.DeleteFunc(slices.Clone(jobs), func(j job) bool { return j.path != name })
	if len(jobs) == 0 {
		return nil, fmt.Errorf("%s holds no Dockerfile to mend", name)
	}
	return jobs, nil
}

// writeBack replaces a file at once: a new one beside it, with its mode and owner, takes its place. A symbolic link stays one. A file
// that is not what it was when it was read is left alone.
func writeBack(name string, old, text []byte) error {
	name, err := filepath.EvalSymlinks(filepath.FromSlash(name))
	if err != nil {
		return source.Cause(err)
	}
	info, err := os.Stat(name)
	if err != nil {
		return source.Cause(err)
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file, and left as it is")
	}
	now, err := os.Open(name)
	if err != nil {
		return source.Cause(err)
	}
	current, err := io.ReadAll(now)
	now.Close()
	if err != nil {
		return source.Cause(err)
	}
	if bytes.Equal(current, text) {
		return nil // the file has another name, and was written by that
	}
	if !bytes.Equal(current, old) {
		return errors.New("it was changed meanwhile, and left as it is")
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".plimline-*")
	if err != nil {
		return source.Cause(err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	if err == nil {
		keepOwner(tmp, info)
		err = tmp.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	return source.Cause(err)
}
