package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/plimline/plimline/internal/baseline"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/unit"
)

const (
	// lookEvery is how often the files are looked at that configurations, policies and baselines are read from: not every client tells of changes,
	// and none of files above its folders. Looking costs a twentieth of the time at most, however many they are.
	lookEvery = 500 * time.Millisecond
	lookShare = 20
	// watchEvery is how often they are looked at for clients that tell of no changes, while nobody types.
	watchEvery = 2 * time.Second
	// settles is how long changes may go on coming before they are acted on together.
	settles = 50 * time.Millisecond
)

// rulebook is what documents are judged with. It is replaced as a whole when a file changes that it was read from.
type rulebook struct {
	linters   *lint.Set
	configs   *config.Loader
	baselines *baseline.Cache
}

// setting is what counts for one document.
type setting struct {
	linter   *lint.Linter
	config   *config.Config
	set      *config.Settings
	known    *baseline.Baseline
	excluded bool
}

// look finds what counts for a file.
func (s *server) look(path string) (*setting, error) {
	s.freshen()
	s.mu.Lock()
	book, unread := s.book, s.unread
	s.mu.Unlock()
	if book == nil {
		s.complain(nil, unread)
		return nil, unread
	}
	c, err := book.configs.Config(path)
	s.complain(c, err)
	var broken []string // a policy that cannot be used may be what a configuration misses
	for _, err := range book.linters.Errors() {
		broken = append(broken, err.Error())
	}
	s.warn("policies", strings.Join(broken, "\n"))
	if err != nil {
		return nil, err
	}
	linter, err := book.linters.Of(c)
	if err != nil {
		return nil, err
	}
	known, err := book.baselines.Of(c.Baseline())
	if err != nil {
		return nil, err
	}
	return &setting{linter, c, c.For(path), known, c.Excluded(path, false)}, nil
}

// complain shows what is wrong in a configuration file as diagnostics of that file, and takes them away when it is right.
func (s *server) complain(c *config.Config, err error) {
	if err == nil {
		s.warn("configuration", "")
		if c.File != "" {
			s.showProblems(fileURI(c.File), nil)
			s.warn(fileURI(c.File), "")
		}
		return
	}
	var problems config.Problems
	if !errors.As(err, &problems) {
		s.warn("configuration", err.Error())
		return
	}
	by := map[string][]diagnostic{}
	for _, p := range problems {
		by[fileURI(p.File)] = append(by[fileURI(p.File)], diagnostic{Range: placeOf(p), Severity: severityError, Code: code("configuration"), Source: "plimline", Message: p.Message})
	}
	for uri, list := range by {
		s.showProblems(uri, list)
	}
	s.warn(fileURI(problems[0].File), problems.Error())
}

// placeOf is where a problem is: all of the line behind it, for its end is not known.
func placeOf(p config.Problem) textRange {
	at := position{max(0, p.Line-1), max(0, p.Column-1)}
	return textRange{at, position{at.Line + 1, 0}}
}

// showProblems publishes diagnostics of a configuration file when they are others than those published.
func (s *server) showProblems(uri string, list []diagnostic) {
	text, err := json.Marshal(list)
	if err != nil {
		return
	}
	s.publishing.Lock()
	defer s.publishing.Unlock()
	s.mu.Lock()
	same := s.problems[uri] == string(text) || list == nil && s.problems[uri] == ""
	s.problems[uri] = string(text)
	if list == nil {
		delete(s.problems, uri)
	}
	s.mu.Unlock()
	if !same {
		s.notify("textDocument/publishDiagnostics", publishParams{URI: uri, Diagnostics: append([]diagnostic{}, list...)})
	}
}

// warn shows a message about something when it is another than before; "" says that there is nothing to say any more.
func (s *server) warn(about, message string) {
	s.mu.Lock()
	same := s.warned[about] == message
	s.warned[about] = message
	s.mu.Unlock()
	if !same && message != "" {
		s.say("window/showMessage", message)
	}
}

// load reads the configurations anew, and the rules too when asked. What cannot be loaded is said, and what there was stays.
func (s *server) load(rules bool) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	s.mu.Lock()
	var keep *lint.Set
	if s.book != nil && !rules {
		keep = s.book.linters
	}
	s.mu.Unlock()
	linters, configs, err := s.opt.Load(keep)
	if err != nil {
		s.mu.Lock()
		s.unread = err
		s.mu.Unlock()
		return err
	}
	s.mu.Lock()
	s.unread = nil
	s.book = &rulebook{linters, configs, &baseline.Cache{}}
	clear(s.builds)
	var gone []string
	for uri := range s.problems {
		if path, ok := filePath(uri, filepath.Separator == '\\'); ok {
			if _, err := os.Stat(filepath.FromSlash(path)); errors.Is(err, fs.ErrNotExist) {
				gone = append(gone, uri)
			}
		}
	}
	s.mu.Unlock()
	for _, uri := range gone {
		s.showProblems(uri, nil)
		s.warn(uri, "")
	}
	return nil
}

// reload loads, and judges all open documents again.
func (s *server) reload(rules bool) {
	if err := s.load(rules); err != nil {
		s.complain(nil, err)
		return
	}
	s.mu.Lock()
	var open []*snapshot
	for _, d := range s.documents {
		open = append(open, d.latest)
	}
	refresh := s.pulls() && s.client.Workspace.Diagnostics.RefreshSupport
	s.mu.Unlock()
	for _, snap := range open {
		s.replace(snap, s.again(snap))
	}
	if refresh {
		s.spawn(func() { _ = s.conn.Call(s.ctx, "workspace/diagnostic/refresh", nil, nil) })
	}
}

// reloadSoon reloads beside the reading of messages; what comes within a moment is one.
func (s *server) reloadSoon(rules bool) {
	s.mu.Lock()
	pending := s.pending
	s.pending = true
	s.pendingRules = s.pendingRules || rules
	s.mu.Unlock()
	if pending {
		return
	}
	s.spawn(func() {
		select {
		case <-s.ctx.Done():
			return
		case <-time.After(settles):
		}
		s.mu.Lock()
		rules := s.pendingRules
		s.pending, s.pendingRules = false, false
		s.mu.Unlock()
		s.reload(rules)
	})
}

// stamp tells versions of a file apart without reading it.
type stamp struct {
	name     string
	modified time.Time
	size     int64
}

// freshen looks, from time to time, whether a file has changed that what is loaded was read from.
func (s *server) freshen() {
	s.mu.Lock()
	begin := time.Now()
	due := begin.After(s.nextLook)
	if due {
		s.nextLook = begin.Add(lookEvery)
	}
	before, unread := s.seen, s.book == nil
	s.mu.Unlock()
	if !due {
		return
	}
	now, changed, rules := map[string]stamp{}, unread, unread
	if !unread {
		now = s.stamps()
	}
	for key, was := range before {
		if is, ok := now[key]; ok && is != was {
			changed, rules = true, rules || strings.HasPrefix(key, "policy ")
		}
	}
	s.mu.Lock()
	s.seen = now
	if next := begin.Add(lookShare * time.Since(begin)); next.After(s.nextLook) {
		s.nextLook = next
	}
	s.mu.Unlock()
	if changed {
		s.reload(rules)
	}
}

// watch freshens while documents are open.
func (s *server) watch() {
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-time.After(watchEvery):
		}
		s.mu.Lock()
		open := len(s.documents)
		s.mu.Unlock()
		if open > 0 {
			s.freshen()
		}
	}
}

// stamps are those of the files that count for the open documents.
func (s *server) stamps() map[string]stamp {
	s.mu.Lock()
	book := s.book
	paths := map[string]bool{}
	for _, d := range s.documents {
		paths[d.latest.Path] = true
	}
	s.mu.Unlock()
	out := map[string]stamp{}
	see := func(kind, key, name string) {
		at := stamp{name: name}
		if info, err := os.Stat(filepath.FromSlash(name)); err == nil {
			at.modified, at.size = info.ModTime(), info.Size()
		}
		out[kind+" "+key] = at
	}
	for path := range paths {
		file, err := config.Find(path)
		if err != nil {
			continue
		}
		see("configuration", filepath.Dir(path), file)
		c, err := book.configs.Config(path)
		if err != nil {
			continue
		}
		see("file", c.File, c.File)
		for _, name := range append(slices.Clone(c.Inputs()), c.Baseline()) {
			see("file", name, name)
		}
		for _, policies := range c.Policies() {
			see("policy", policies.Ref, policies.Ref) // an address is no file, and never changes
			_ = filepath.WalkDir(filepath.FromSlash(policies.Ref), func(path string, entry fs.DirEntry, err error) error {
				switch {
				case err != nil:
				case entry.IsDir() && path != filepath.FromSlash(policies.Ref) && strings.HasPrefix(entry.Name(), "."):
					return fs.SkipDir // no policies are read from there
				default:
					see("policy", path, path)
				}
				return nil
			})
		}
	}
	return out
}

// builtBy are the ways in which the Compose and Bake files that a configuration names build a Dockerfile.
func (s *server) builtBy(ctx context.Context, c *config.Config, path string) []unit.Unit {
	want, err := filepath.Abs(filepath.FromSlash(path))
	if err != nil {
		return nil
	}
	var out []unit.Unit
	for _, name := range c.Inputs() {
		s.mu.Lock()
		builds, ok := s.builds[name]
		s.mu.Unlock()
		if !ok {
			// What is wrong with the file is said where it is open, and by the command line.
			if text, err := os.ReadFile(filepath.FromSlash(name)); err == nil {
				builds, _ = s.opt.Builds(ctx, source.NewFile(filepath.ToSlash(name), text))
			}
			s.mu.Lock()
			s.builds[name] = builds
			s.mu.Unlock()
		}
		for _, b := range builds {
			file, err := filepath.Abs(filepath.FromSlash(b.Dockerfile))
			if err != nil || b.Dockerfile == "" || file != want || b.Err != nil || b.Unknown != "" {
				continue
			}
			out = unit.Add(out, b)
		}
	}
	return out
}

// builtIn are the Dockerfiles that stand in a Compose or Bake file, with what is wrong with others that it builds.
func (s *server) builtIn(ctx context.Context, file *source.File) (units []unit.Unit, wrong []finding.Finding) {
	builds, err := s.opt.Builds(ctx, file)
	if err != nil {
		wrong = append(wrong, finding.Finding{Rule: notLinted, Severity: finding.Error, Message: err.Error()})
	}
	for _, b := range builds {
		switch {
		case b.File.Path != file.Path && (b.Inline == nil || b.Inline.File.Path != file.Path):
			// It stands in a file that this one includes, or lies on.
		case b.Err != nil:
			wrong = append(wrong, finding.Finding{Rule: notLinted, Severity: finding.Error, Span: b.Span, Message: fmt.Sprintf("%s: %v", b.Name, b.Err)})
		case b.Unknown == "" && b.Inline != nil && b.Inline.File.Path == file.Path:
			units = unit.Add(units, b)
		}
	}
	return units, wrong
}

// buildFile is what Compose and Bake call the files that they look for, and what people call others beside them.
var buildFile = regexp.MustCompile(`(?i)^(docker-)?(compose([._-].*)?\.ya?ml|bake([._-].*)?\.(hcl|json))$`)
