package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/build"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"github.com/plimline/plimline/internal/baseline"
	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/discover"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/unit"
)

// maxFileSize bounds what is read into memory, in bytes. The largest Dockerfiles in public are below 1 MB.
const maxFileSize = 64 << 20

type lintOptions struct {
	targets       targets
	settings      settingsOptions
	context       contextOptions
	stdinFilename string // "" for Dockerfile
	jobs          int
	color         string
	quiet         bool
	unknown       bool
	noGitignore   bool
	forceExclude  bool
	timeout       time.Duration
	shellCheck    string
	fix           bool
	fixing        fixOptions
	writeBaseline bool
	changedSince  string
	addIgnore     string // the reason; "" for not
	watch         bool
	opened        func(*opened) // when not nil, is told what a run is about to read
}

// searchFlags are the flags that say which files are read, and how.
func (o *lintOptions) searchFlags(f *pflag.FlagSet) {
	under(f, filesHeading, func(f *pflag.FlagSet) {
		f.StringVar(&o.stdinFilename, "stdin-filename", "", "`NAME` of the file on standard input: in reports, and to find its configuration (default: Dockerfile)")
		f.IntVarP(&o.jobs, "jobs", "j", 0, "read `N` files at a time (default: one for each processor)")
		f.BoolVar(&o.noGitignore, "no-gitignore", false, "search files that .gitignore names too")
		o.settings.excludeFlag(f)
		f.BoolVar(&o.forceExclude, "force-exclude", false, "leave out excluded files and examples of policies also when they are named, for hooks")
		f.StringVar(&o.changedSince, "changed-since", "", "only files that git says were changed since the last commit in common with `REV`, new ones too")
		f.DurationVar(&o.timeout, "timeout", 10*time.Second, "`TIME` the rules get for one file")
	})
}

func (o *lintOptions) quietFlag(f *pflag.FlagSet) {
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no summary: print what is found, and what goes wrong")
}

// check refuses values that make no sense.
func (o *lintOptions) check(args []string) error {
	switch stdin := slices.Contains(args, "-"); {
	case o.timeout <= 0:
		return fmt.Errorf("--timeout %v: it is more than 0", o.timeout)
	case o.jobs < 0:
		return fmt.Errorf("--jobs %d: it is 1 or more", o.jobs)
	case stdin && o.changedSince != "":
		return errors.New("--changed-since: standard input has no history")
	case !stdin && o.stdinFilename != "":
		return errors.New("--stdin-filename: standard input is not read; name it with -")
	case slices.Contains(args, ""):
		return errors.New("the name of a file is empty")
	}
	return nil
}

func (a *app) lintCommand() *cobra.Command {
	var opt lintOptions
	cmd := &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "Lint Dockerfiles",
		Long: `Lint Dockerfiles. A PATH is a file, a folder (searched for Dockerfiles, leaving out what .gitignore
names and the examples of policies), or - for standard input. Without a PATH, the current folder is searched.
A Compose or Bake file (.yaml, .yml, .hcl, .json) stands for what it builds.

Exit code: 0 nothing at or above --fail-on, 1 findings, 2 something could not be done.`,
		Example: `  plimline lint
  plimline lint --format text --format sarif --output plimline.sarif .
  cat Dockerfile | plimline lint --stdin-filename Dockerfile -
  plimline lint --select builder-stage,cgo-disabled Dockerfile`,
		RunE: func(_ *cobra.Command, args []string) error {
			if opt.watch {
				return a.watch(args, &opt)
			}
			return a.lint(args, &opt)
		},
	}
	f := cmd.Flags()
	opt.searchFlags(f)
	a.settingsFlags(cmd, &opt.settings)
	opt.context.flags(f)
	opt.fixing.flags(f)
	under(f, filesHeading, func(f *pflag.FlagSet) {
		f.BoolVar(&opt.watch, "watch", false, "lint again whenever a file has changed")
	})
	under(f, rulesHeading, func(f *pflag.FlagSet) {
		f.BoolVar(&opt.unknown, "show-unknown", false, "also report what cannot be decided from the file")
		f.StringVar(&opt.shellCheck, "shellcheck", shellCheckAuto, "`PATH` of ShellCheck, whose findings are reported too; auto: where one is installed and the rule shellcheck is on; or off")
	})
	under(f, fixesHeading, func(f *pflag.FlagSet) {
		f.BoolVar(&opt.fix, "fix", false, "mend what can be mended safely first, as plimline fix does")
		f.StringVar(&opt.settings.choices.Baseline, "baseline", "", "`FILE` with findings that do not count (default: what plimline.yaml names)")
		f.BoolVar(&opt.writeBaseline, "write-baseline", false, "write what is found to the baseline ("+baseline.DefaultFile+" where nothing names one); only what comes later counts")
		f.StringVar(&opt.addIgnore, "add-ignore", "", "write comments that suppress all that is found, with a `REASON` behind = (default: "+defaultReason+")")
		f.Lookup("add-ignore").NoOptDefVal = defaultReason
	})
	under(f, reportHeading, func(f *pflag.FlagSet) {
		f.VarP(formatFlag{&opt.targets}, "format", "f", "report `FORMAT`: "+strings.Join(report.Formats(), ", ")+" (may be repeated)")
		f.VarP(outputFlag{&opt.targets}, "output", "o", "write the --format before it to `FILE` (may be repeated)")
		f.BoolVar(&opt.targets.statistics, "statistics", false, "count the findings by rule instead of listing them (text and json)")
		f.StringVar(&opt.settings.choices.FailOn, "fail-on", "", "least `LEVEL` that makes the exit code 1: note, warning, error or never (default: warning)")
		f.StringVar(&opt.color, "color", "auto", "colour `WHEN`: auto, always or never")
		opt.quietFlag(f)
	})
	offer(cmd, "format", report.Formats()...)
	offer(cmd, "fail-on", "note", "warning", "error", "never")
	offer(cmd, "color", "auto", "always", "never")
	return cmd
}

// job is one file to lint.
type job struct {
	path    string
	content []byte      // nil: read the file
	units   []unit.Unit // the ways it is built, one at least
}

func (a *app) lint(args []string, opt *lintOptions) error {
	if err := opt.targets.check(); err != nil {
		return err
	}
	if opt.addIgnore != "" {
		if opt.fix || opt.fixing.unsafe || opt.fixing.diff || opt.writeBaseline {
			return errors.New("--add-ignore goes without --fix, --unsafe-fixes, --diff and --write-baseline")
		}
		return a.addIgnore(args, opt)
	}
	if opt.fix || opt.fixing.unsafe || opt.fixing.diff {
		if slices.Contains(args, "-") && !opt.fixing.diff {
			return errors.New("standard input cannot be mended in place; plimline fix - writes the mended text to standard output")
		}
		report := a.stdout
		a.stdout = a.stderr // the report alone is for standard output
		if opt.fixing.diff {
			a.stdout = report
		}
		err := a.fix(args, opt, opt.fixing)
		a.stdout = report
		if err != nil || opt.fixing.diff {
			return err
		}
	}
	color, err := useColor(opt.color, a.stdout)
	if err != nil {
		return err
	}
	program, err := opt.shellCheckProgram(a.ctx)
	if err != nil {
		return err
	}
	open, err := a.open(args, opt)
	if err != nil {
		return err
	}
	if opt.opened != nil {
		opt.opened(open)
	}
	jobs, results := open.jobs, open.unread
	if len(jobs) > 16 {
		manyFiles()
	}
	w := &worker{contextOptions: &opt.context, ruleSets: open.ruleSets, timeout: opt.timeout}
	w.baselines.None = opt.writeBaseline
	w.graphs = slices.ContainsFunc(opt.targets.list, func(t target) bool { return report.ShowsGraph(t.format) })
	notice := ""
	if program != "" {
		notice = w.shellCheck(a.ctx, program, jobs)
	}
	progress := a.progress(len(jobs))
	linted, err := w.all(a.ctx, jobs, opt.jobs, progress.step)
	progress.done()
	if err != nil {
		return err
	}
	run := &report.Run{Catalog: open.linters.Catalogs(), Version: version(), ShowUnknown: opt.unknown, Notices: w.notices(linted)}
	if broken := open.broken(); len(broken) > 0 {
		run.Notices = append(run.Notices, broken...)
		a.code = ExitFailure
	}
	if notice != "" {
		run.Notices = append(run.Notices, notice)
		if opt.shellCheck != shellCheckAuto {
			a.code = ExitFailure
		}
	}
	for _, r := range linted {
		if r.config == nil {
			results = append(results, r.Result)
		}
		results = append(results, r.failed...)
		a.code = max(a.code, r.code)
	}
	results = joined(results)
	slices.SortStableFunc(results, func(x, y report.Result) int { return strings.Compare(x.Path, y.Path) })
	for _, r := range results {
		if r.Err != nil {
			a.code = ExitFailure
		}
	}
	run.Results = results
	if opt.writeBaseline {
		if err := a.writeBaseline(open, results); err != nil {
			return err
		}
	}
	return opt.targets.write(a.stdout, run, report.Options{Color: color, Width: terminalWidth(a.stdout), Quiet: opt.quiet, Fixed: opt.fix || opt.fixing.unsafe})
}

// opened is what a run over files needs.
type opened struct {
	*ruleSets
	jobs   []job
	unread []report.Result // paths that could not be searched
}

// stdinName is what the file on standard input is called.
func (o *lintOptions) stdinName() string {
	return filepath.ToSlash(cmp.Or(o.stdinFilename, "Dockerfile"))
}

// open loads the rules and the configuration, and finds the files.
func (a *app) open(args []string, opt *lintOptions) (*opened, error) {
	if err := opt.check(args); err != nil {
		return nil, err
	}
	rules, err := a.rules(&opt.settings)
	if err != nil {
		return nil, err
	}
	jobs, unread, err := a.jobs(args, opt, rules.configs)
	if err != nil {
		return nil, err
	}
	return &opened{rules, jobs, unread}, nil
}

// jobs lists the files to lint, and the results for paths that could not be searched.
func (a *app) jobs(args []string, opt *lintOptions, configs *config.Loader) ([]job, []report.Result, error) {
	var jobs []job
	var paths []string
	for _, arg := range args {
		if arg != "-" {
			paths = append(paths, arg)
			continue
		}
		if len(jobs) > 0 {
			return nil, nil, errors.New("standard input (-) is named twice")
		}
		a.once.Store(true)
		content, err := readAll(a.stdin)
		if err != nil {
			return nil, nil, fmt.Errorf("read standard input: %w", err)
		}
		jobs = append(jobs, job{path: opt.stdinName(), content: content, units: []unit.Unit{{}}})
	}
	if len(args) == 0 {
		paths = []string{"."}
	}
	files, problems := discover.Files(paths, discover.Options{NoGitignore: opt.noGitignore, Exclude: configs.Excluded, ForceExclude: opt.forceExclude})
	for _, path := range files {
		jobs = append(jobs, job{path: path, units: []unit.Unit{{}}})
	}
	jobs, unread := a.builds(jobs, configured(paths, configs), opt)
	for _, err := range problems {
		r := report.Result{Err: err}
		var at *discover.Error
		if errors.As(err, &at) {
			r.Path, r.Err = at.Path, source.Cause(at.Err)
			if at.Doing != "" {
				r.Err = fmt.Errorf("%s: %w", at.Doing, r.Err)
			}
		}
		unread = append(unread, r)
	}
	if opt.changedSince != "" && len(jobs) > 0 {
		return a.changed(jobs, unread, opt)
	}
	if len(jobs) == 0 && len(unread) == 0 && len(files) == 0 && len(paths) > 0 && !opt.quiet && !opt.forceExclude {
		fmt.Fprintf(a.stderr, "plimline: no Dockerfile in %s\n", strings.Join(paths, ", "))
	}
	return jobs, unread, nil
}

// changed leaves out the files that are what they were at a revision, and so is all that says how they are built.
func (a *app) changed(jobs []job, unread []report.Result, opt *lintOptions) ([]job, []report.Result, error) {
	changes, err := discover.ChangedSince(a.ctx, opt.changedSince)
	if err != nil {
		return nil, nil, fmt.Errorf("--changed-since: %w", err)
	}
	var left []job
	for _, j := range jobs {
		changed, err := changes.Has(j.path)
		for _, u := range j.units {
			if u.Build != nil && err == nil {
				changed = changed || slices.ContainsFunc(u.Build.Sources, func(name string) bool {
					has, _ := changes.Has(name) // what it includes may be anywhere
					return has
				})
			}
		}
		switch {
		case err != nil:
			unread = append(unread, report.Result{Path: j.path, Err: fmt.Errorf("--changed-since: %w", err)})
		case changed:
			left = append(left, j)
		}
	}
	if len(left) == 0 && len(unread) == 0 && !opt.quiet {
		fmt.Fprintf(a.stderr, "plimline: no Dockerfile has changed since %s\n", opt.changedSince)
	}
	return left, unread, nil
}

// sources is the build context of a Dockerfile: what --context says, else its folder.
func (o *contextOptions) sources(file string) buildcontext.Context {
	if o.none {
		return buildcontext.Context{}
	}
	dir := o.dir
	if dir == "" {
		dir = filepath.Dir(filepath.FromSlash(file))
	}
	return buildcontext.Context{Dir: dir, Dockerfile: filepath.FromSlash(file), Modules: moduleCache()}
}

// moduleCache is where the go command keeps modules ("go help environment").
func moduleCache() string {
	if dir := os.Getenv("GOMODCACHE"); dir != "" {
		return dir
	}
	gopath := filepath.SplitList(build.Default.GOPATH)
	if len(gopath) == 0 || gopath[0] == "" {
		return ""
	}
	return filepath.Join(gopath[0], "pkg", "mod")
}

// worker lints files with what they share.
type worker struct {
	*contextOptions
	*ruleSets
	timeout   time.Duration
	baselines baseline.Cache
	graphs    bool // a report shows the stages
}

// result is what linting one file gave.
type result struct {
	report.Result
	code   int             // the exit code that the findings ask for
	config error           // what is wrong with the file's configuration; it was not linted then
	failed []report.Result // what is wrong with the Compose and Bake files that say how it is built
}

// all lints the files in parallel. Result i belongs to job i, so the order does not depend on the timing.
func (w *worker) all(ctx context.Context, jobs []job, limit int, step func()) ([]result, error) {
	results := make([]result, len(jobs))
	group, ctx := errgroup.WithContext(ctx)
	if limit <= 0 {
		limit = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	for range min(limit, len(jobs)) {
		group.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(jobs) || ctx.Err() != nil {
					return ctx.Err()
				}
				results[i] = w.one(ctx, jobs[i])
				step()
			}
		})
	}
	return results, group.Wait()
}

func (w *worker) one(ctx context.Context, j job) result {
	r := result{Result: report.Result{Path: j.path}}
	content := j.content
	if content == nil {
		if content, r.Err = readFile(j.path); r.Err != nil {
			if b := j.units[0].Build; b != nil {
				r.Err = fmt.Errorf("%w; %s in %s builds it", r.Err, b.Name, b.File.Path)
			}
			return r
		}
	}
	c, err := w.configs.Config(j.path)
	if err != nil {
		r.config, r.code = err, ExitFailure
		return r
	}
	linter, err := w.linters.Of(c)
	if err != nil {
		r.config, r.code = err, ExitFailure
		return r
	}
	settings := c.For(j.path)
	known, err := w.baselines.Of(c.Baseline())
	if err != nil {
		r.config, r.code = err, ExitFailure
		return r
	}
	r.Source = source.NewFile(j.path, content)
	ctx, cancel := context.WithTimeout(ctx, w.timeout*time.Duration(len(j.units)))
	defer cancel()
	all := unit.Judge(ctx, linter, r.Source, j.units, w.unit, settings)
	for _, x := range all {
		switch {
		case x.Err == nil:
		case x.Build == nil:
			r.Err = x.Err
		default:
			r.failed = append(r.failed, unjudged(x.Build, x.Err))
		}
	}
	r.Findings = unit.Merged(all, linter.Catalog())
	r.Findings = known.Apply(j.path, r.Source, r.Findings)
	if w.graphs {
		for _, x := range all {
			if x.Err != nil {
				continue
			}
			found := x.Findings
			if x.Build == nil || x.Build.Inline == nil {
				found = r.Findings
			}
			r.Graphs = append(r.Graphs, draw(&x.Unit, r.Source, linter.Options(x.Settings(settings)), w.unit(&x.Unit, j.path), found)...)
		}
	}
	for _, f := range r.Findings {
		if f.Suppressed == nil && !f.Unknown && settings.FailOn != finding.Off && f.Severity >= settings.FailOn {
			r.code = ExitFindings
		}
	}
	return r
}

// notices are the broken configurations, each once however many files it is for.
func (w *worker) notices(results []result) []string {
	var out []string
	for _, r := range results {
		if r.config != nil && !slices.Contains(out, r.config.Error()) {
			out = append(out, r.config.Error())
		}
	}
	return out
}

// readFile reads a file that may be anything: a folder, a pipe that never ends, a disk image.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, source.Cause(err)
	}
	if info.IsDir() {
		return nil, errors.New("it is a folder")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, source.Cause(err)
	}
	defer f.Close()
	return readAll(f)
}

func readAll(r io.Reader) ([]byte, error) { return source.ReadAtMost(r, maxFileSize) }
