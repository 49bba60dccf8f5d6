package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/discover"
	"github.com/plimline/plimline/internal/inputs"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/unit"
)

// isInput reports whether a file says how images are built, rather than being a Dockerfile.
func isInput(name string) bool {
	return inputs.Known(name) && !discover.IsDockerfile(path.Base(filepath.ToSlash(name)))
}

// configured are the Compose and Bake files that the configurations of the searched folders name, as far as they lie in these.
func configured(paths []string, configs *config.Loader) []string {
	var out []string
	for _, dir := range paths {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		c, err := configs.Config(filepath.Join(dir, "Dockerfile"))
		if err != nil {
			continue // said of the files it counts for
		}
		for _, input := range c.Inputs() {
			if within(dir, input) {
				out = append(out, filepath.ToSlash(input))
			}
		}
	}
	return out
}

func within(dir, name string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	if name, err = filepath.Abs(name); err != nil {
		return false
	}
	relative, err := filepath.Rel(dir, name)
	return err == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator))
}

// builds replaces the Compose and Bake files among the jobs, and more that are named, by what they build. A Dockerfile that they build is
// judged as they say and in no other way.
func (a *app) builds(jobs []job, more []string, opt *lintOptions) ([]job, []report.Result) {
	var out, says []job
	for _, j := range jobs {
		if isInput(j.path) {
			says = append(says, j)
		} else {
			out = append(out, j)
		}
	}
	for _, name := range more {
		if !slices.ContainsFunc(says, func(j job) bool { return j.path == name }) {
			says = append(says, job{path: name})
		}
	}
	at := map[string]int{}
	for i, j := range out {
		at[path.Clean(j.path)] = i
	}
	var failed []report.Result
	said := map[string]bool{} // a file may be read twice: by itself and as a part of another
	for _, j := range says {
		fail := func(err error) { failed = append(failed, report.Result{Path: j.path, Err: err}) }
		if j.content == nil {
			var err error
			if j.content, err = inputs.Content(j.path); err != nil {
				fail(err)
				continue
			}
		}
		ctx, cancel := context.WithTimeout(a.ctx, opt.timeout)
		builds, err := inputs.Read(ctx, source.NewFile(j.path, j.content), os.LookupEnv)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("working out what it builds takes longer than %v", opt.timeout)
		}
		if err != nil {
			fail(err)
		}
		if len(builds) == 0 && err == nil {
			fmt.Fprintf(a.stderr, "plimline: %s builds nothing\n", j.path)
		}
		for _, b := range builds {
			switch {
			case b.Err != nil:
				failed = append(failed, report.Result{Path: b.File.Path, Err: fmt.Errorf("%s: %w", b.Name, b.Err)})
			case b.Unknown != "":
				line := fmt.Sprintf("plimline: %s:%d: %s is not judged: %s\n", b.File.Path, b.File.Line(b.Span.Start), b.Name, b.Unknown)
				if !said[line] {
					said[line] = true
					fmt.Fprint(a.stderr, line)
				}
			default:
				opt.settings.build.override(&b)
				out = add(out, at, b)
			}
		}
	}
	return out, failed
}

// override puts the command line's target and arguments on top, as docker compose and buildx bake do.
func (o *buildOptions) override(b *inputs.Build) {
	if o.target != "" {
		b.Target = o.target
	}
	for _, text := range o.buildArgs {
		if name, value, ok := strings.Cut(text, "="); ok {
			b.Args[name] = value
			b.CallersArgs = slices.DeleteFunc(b.CallersArgs, func(x string) bool { return x == name })
		}
	}
}

// add adds a build to the job of its file, whose index is in at. One that is built as another is judged once.
func add(jobs []job, at map[string]int, b inputs.Build) []job {
	j := job{path: b.Dockerfile, units: unit.Add(nil, b)}
	if b.Inline != nil {
		j.path, j.content = b.Inline.File.Path, b.Inline.File.Bytes
	}
	i, ok := at[path.Clean(j.path)]
	switch {
	case !ok:
		at[path.Clean(j.path)] = len(jobs)
		return append(jobs, j)
	case len(jobs[i].units) == 1 && jobs[i].units[0].Build == nil:
		j.content = jobs[i].content
		jobs[i] = j
	default:
		jobs[i].units = unit.Add(jobs[i].units, b)
	}
	return jobs
}

// unit is the build context of a unit.
func (o *contextOptions) unit(u *unit.Unit, file string) buildcontext.Context {
	if u.Build == nil || o.none || o.dir != "" {
		return o.sources(file)
	}
	if u.Build.Context == "" {
		return buildcontext.Context{}
	}
	return buildcontext.Context{
		Dir: filepath.FromSlash(u.Build.Context), Dockerfile: filepath.FromSlash(u.Build.Dockerfile), Modules: moduleCache(),
	}
}

// unjudged says what is wrong with a build where it is written.
func unjudged(b *inputs.Build, err error) report.Result {
	return report.Result{Path: b.File.Path, Err: fmt.Errorf("line %d: %s: %w", b.File.Line(b.Span.Start), b.Name, err)}
}

// joined puts what is wrong with one file into one result.
func joined(results []report.Result) []report.Result {
	var out []report.Result
	at := map[string]int{}
	for _, r := range results {
		if r.Err == nil {
			out = append(out, r)
			continue
		}
		if i, ok := at[r.Path]; ok {
			if !strings.Contains(out[i].Err.Error(), r.Err.Error()) {
				out[i].Err = fmt.Errorf("%w; %w", out[i].Err, r.Err)
			}
			continue
		}
		at[r.Path] = len(out)
		out = append(out, r)
	}
	return out
}
