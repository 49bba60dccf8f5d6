package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/discover"
)

const (
	// watchEvery is how often files are looked at. Looking costs a twentieth of the time at most, however many there are.
	watchEvery = 250 * time.Millisecond
	watchShare = 20
	// watchSettles is how long files stay as they are before they are linted: an editor may write several, or one in steps.
	watchSettles = 60 * time.Millisecond
)

// watch lints whenever something has changed that a run reads: Dockerfiles, new ones too, configurations, policies, baselines, Compose and
// Bake files. Files are looked at from time to time rather than by the system's notices, which network file systems and containers' mounts
// do not send.
func (a *app) watch(args []string, opt *lintOptions) error {
	if slices.Contains(args, "-") {
		return errors.New("standard input cannot be watched")
	}
	if opt.fix || opt.fixing.unsafe || opt.fixing.diff || opt.writeBaseline || opt.addIgnore != "" {
		return errors.New("--watch goes without --fix, --unsafe-fixes, --diff, --write-baseline and --add-ignore")
	}
	w := watcher{args: args, opt: opt, read: map[string]bool{}}
	for first := true; ; first = false {
		if _, ok := terminal(a.stdout); ok {
			fmt.Fprint(a.stdout, "\x1b[2J\x1b[3J\x1b[H")
		}
		before := w.look()
		understood := false
		opt.opened = func(o *opened) {
			understood = true
			w.note(o)
			before = w.look()
		}
		a.code = ExitClean
		err := a.lint(args, opt)
		switch {
		case a.ctx.Err() != nil:
			a.code = ExitClean
			return nil
		case err != nil && first && !understood:
			return err
		case err != nil:
			for line := range strings.SplitSeq(err.Error(), "\n") {
				fmt.Fprintln(a.stderr, "plimline:", line)
			}
		}
		fmt.Fprintf(a.stderr, "plimline: watching %s; stop with Ctrl-C\n", plural(w.files, "file"))
		if !w.wait(a.ctx, before) {
			a.code = ExitClean
			return nil
		}
	}
}

// watcher knows what a run reads.
type watcher struct {
	args  []string
	opt   *lintOptions
	read  map[string]bool // what the last run has read beside the files that a search finds
	files int             // how many Dockerfiles, Compose and Bake files the last run was about
}

// note remembers what a run is about to read.
func (w *watcher) note(o *opened) {
	w.read, w.files = map[string]bool{}, len(o.jobs)
	inputs := map[string]bool{}
	configs := map[*config.Config]bool{}
	for _, j := range o.jobs {
		w.read[j.path] = true
		for _, u := range j.units {
			if u.Build != nil {
				inputs[u.Build.File.Path] = true
				for _, name := range u.Build.Sources {
					w.read[name] = true
				}
			}
		}
		if c, err := o.configs.Config(j.path); err == nil {
			configs[c] = true
		}
	}
	for name := range inputs {
		if !slices.ContainsFunc(o.jobs, func(j job) bool { return j.path == name }) {
			w.files++
		}
	}
	for c := range configs {
		for _, name := range append(slices.Clone(c.Inputs()), c.Baseline()) {
			w.read[name] = true
		}
		for _, policies := range c.Policies() {
			w.read[policies.Ref] = true // an address is no file, and never changes
		}
	}
	for _, name := range append(slices.Clone(w.opt.settings.choices.Policies), w.opt.settings.file) {
		w.read[name] = true
	}
	delete(w.read, "")
}

// stamp tells versions of a file apart without reading it.
type stamp struct {
	modified time.Time
	size     int64
	mode     fs.FileMode
}

// look stamps everything that a run would read now.
func (w *watcher) look() map[string]stamp {
	out := map[string]stamp{}
	see := func(name string) {
		if info, err := os.Stat(filepath.FromSlash(name)); err == nil {
			out[name] = stamp{info.ModTime(), info.Size(), info.Mode()}
		} else {
			out[name] = stamp{}
		}
	}
	paths := w.args
	if len(paths) == 0 {
		paths = []string{"."}
	}
	files, _ := discover.Files(paths, discover.Options{NoGitignore: w.opt.noGitignore})
	dirs := map[string]bool{}
	for _, name := range slices.Concat(files, slices.Collect(maps.Keys(w.read))) {
		see(name)
		if dir := filepath.Dir(name); !dirs[dir] {
			dirs[dir] = true
			if file, err := config.Find(name); err == nil && file != "" {
				see(file)
			}
		}
		if out[name].mode.IsDir() { // of policies
			_ = filepath.WalkDir(filepath.FromSlash(name), func(path string, entry fs.DirEntry, err error) error {
				if err == nil && !entry.IsDir() {
					see(path)
				}
				return nil
			})
		}
	}
	return out
}

// wait returns when something is no longer as it was, and then stays so for a moment; false when the run was interrupted.
func (w *watcher) wait(ctx context.Context, before map[string]stamp) bool {
	pause := watchEvery
	for changed := false; ; {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
		start := time.Now()
		now := w.look()
		pause = max(watchEvery, watchShare*time.Since(start))
		if changed && maps.Equal(now, before) {
			return true
		}
		if !maps.Equal(now, before) {
			changed, before, pause = true, now, watchSettles
		}
	}
}
