package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/discover"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/inputs"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/shellcheck"
	"github.com/plimline/plimline/internal/stage"
	"github.com/plimline/plimline/internal/unit"
)

// document is what an editor has open.
type document struct {
	latest *snapshot
	turn   chan struct{} // held while it is linted: a rule that cannot be stopped is not to run many times over
	tokens tokenResult   // the last that were sent
}

// snapshot is an open document at one version, with the configuration as it was then. What is worked out of it is worked out once.
type snapshot struct {
	uri     string
	version int
	kind    kind
	*text
	turn   chan struct{}
	ctx    context.Context // ends when the document is edited or closed
	cancel context.CancelFunc

	mu       sync.Mutex // guards what follows; what is finished does not change
	run      *linting   // nil when none goes on
	finished bool
	found    []finding.Finding // what counts: not what is suppressed or not decided
	err      error             // why it was not linted

	looking sync.Once
	*setting
	unfit error // the configuration cannot be read
	units []unit.Unit
	wrong []finding.Finding // in a Compose or Bake file: what is wrong with it

	modelling sync.Once
	model     *stage.Model
	mentions  []mention
}

// linting is a run of the rules over a snapshot. It is stopped when nobody waits for it any more.
type linting struct {
	cancel  context.CancelFunc
	over    chan struct{}
	waiting int
}

// kind is what a document is.
type kind int

const (
	kindDockerfile kind = iota
	kindBuilds          // a Compose or Bake file
	kindConfig          // a plimline.yaml: what is wrong with it is said when it is saved, for what it names is loaded
	kindOther           // nothing is said of it
)

// maxDocument is the size, in bytes, up to which a document is looked into while it is typed. Dockerfiles that people write are far smaller;
// one of megabytes would cost gigabytes with each key.
const maxDocument = 512 << 10

// large reports whether a document is too large to be looked into.
func (snap *snapshot) large() bool { return len(snap.Bytes) > maxDocument }

func kindOf(language, path string) kind {
	name := filepath.Base(filepath.FromSlash(path))
	switch {
	case config.IsFile(name):
		return kindConfig
	case language == "dockerfile" || discover.IsDockerfile(name) || !inputs.Known(name):
		return kindDockerfile
	case language == "dockercompose" || buildFile.MatchString(name):
		return kindBuilds
	}
	return kindOther
}

func (s *server) snapshot(uri string, version int, k kind, t *text, turn chan struct{}) *snapshot {
	ctx, cancel := context.WithCancel(s.ctx)
	return &snapshot{uri: uri, version: version, kind: k, text: t, turn: turn, ctx: ctx, cancel: cancel}
}

// again is a snapshot of the same, for another configuration.
func (s *server) again(snap *snapshot) *snapshot {
	return s.snapshot(snap.uri, snap.version, snap.kind, snap.text, snap.turn)
}

// settle finds the configuration, and the ways in which the document is built.
func (s *server) settle(snap *snapshot) error {
	snap.looking.Do(func() {
		if snap.setting, snap.unfit = s.look(snap.Path); snap.unfit != nil {
			return
		}
		ctx, cancel := context.WithTimeout(snap.ctx, s.opt.Timeout)
		defer cancel()
		switch {
		case snap.kind == kindDockerfile:
			if snap.units = s.builtBy(ctx, snap.config, snap.Path); len(snap.units) == 0 {
				snap.units = []unit.Unit{{}}
			}
		case snap.kind == kindBuilds || snap.kind == kindOther && isNamed(snap.config.Inputs(), snap.Path):
			snap.units, snap.wrong = s.builtIn(ctx, snap.File)
		}
	})
	return snap.unfit
}

func isNamed(names []string, path string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		abs, err := filepath.Abs(filepath.FromSlash(name))
		return err == nil && abs == filepath.FromSlash(path)
	})
}

// await has a snapshot linted and waits until that is done, or the context ends. It reports whether it is done, and the snapshot still the latest.
func (s *server) await(ctx context.Context, snap *snapshot) bool {
	snap.mu.Lock()
	run := snap.run
	if run == nil && !snap.finished {
		run = s.lint(snap)
		snap.run = run
	}
	if run != nil {
		run.waiting++
		snap.mu.Unlock()
		select {
		case <-run.over:
		case <-ctx.Done():
		}
		snap.mu.Lock()
		if run.waiting--; run.waiting == 0 {
			run.cancel()
			snap.run = nil
		}
	}
	defer snap.mu.Unlock()
	return snap.finished && snap.ctx.Err() == nil
}

// lint begins to lint a snapshot, once its document's turn has come.
func (s *server) lint(snap *snapshot) *linting {
	ctx, cancel := context.WithCancel(snap.ctx)
	run := &linting{cancel: cancel, over: make(chan struct{})}
	s.spawn(func() {
		defer close(run.over)
		select {
		case snap.turn <- struct{}{}:
			defer func() { <-snap.turn }()
		case <-ctx.Done():
			return
		}
		var found []finding.Finding
		err := errors.New("plimline has a fault") // unless it gets to its end
		defer func() {
			snap.mu.Lock()
			defer snap.mu.Unlock()
			if ctx.Err() == nil {
				snap.found, snap.err, snap.finished = found, err, true
			}
		}()
		found, err = s.judge(ctx, snap)
	})
	return run
}

// judge lints a snapshot in all the ways it is built, as the command line does.
func (s *server) judge(within context.Context, snap *snapshot) (found []finding.Finding, err error) {
	if err := s.settle(snap); err != nil || snap.excluded {
		return nil, err
	}
	if snap.large() && (snap.kind != kindOther || len(snap.units) > 0) {
		return nil, fmt.Errorf("the file is larger than %d KiB, and not judged while it is typed; plimline lint judges it", maxDocument>>10)
	}
	ctx, cancel := context.WithTimeout(within, s.opt.Timeout*time.Duration(max(1, len(snap.units))))
	defer cancel()
	units := slices.Clone(snap.units)
	for i := range units {
		units[i].Said = s.shellCheck(ctx, snap, &units[i])
	}
	judged := unit.Judge(ctx, snap.linter, snap.File, units, s.opt.Sources, snap.set)
	wrong := slices.Clone(snap.wrong)
	for _, j := range judged {
		switch {
		case j.Err == nil:
		case j.Build == nil || snap.kind == kindDockerfile:
			return nil, j.Err
		default:
			wrong = append(wrong, finding.Finding{Rule: notLinted, Severity: finding.Error, Span: j.Build.Span, Message: j.Err.Error()})
		}
	}
	all := snap.known.Apply(snap.Path, snap.File, unit.Merged(judged, snap.linter.Catalog()))
	all = slices.DeleteFunc(all, func(f finding.Finding) bool { return f.Suppressed != nil || f.Unknown })
	return append(wrong, all...), nil
}

// shellCheck is what ShellCheck says of a unit; nil when it was not asked or could not be.
func (s *server) shellCheck(ctx context.Context, snap *snapshot, u *unit.Unit) []shellcheck.Comment {
	if s.opt.ShellCheck == nil || !snap.set.ShellCheck() {
		return nil
	}
	said := []shellcheck.Comment{}
	comments, err := s.opt.ShellCheck(ctx, lint.Scripts(u.Source(snap.File), snap.linter.Options(u.Settings(snap.set))))
	if err != nil {
		if ctx.Err() == nil {
			s.warn("shellcheck", fmt.Sprintf("ShellCheck has not judged %s: %v", snap.Path, err))
		}
		return nil
	}
	for _, c := range comments {
		said = append(said, c...)
	}
	return said
}

// read makes the model of a snapshot and finds what its names mean. With a configuration that cannot be read, the build has no arguments.
func (s *server) read(snap *snapshot) *stage.Model {
	snap.modelling.Do(func() {
		var opt stage.Options
		if s.settle(snap) == nil {
			set := snap.set
			if len(snap.units) == 1 {
				set = snap.units[0].Settings(set)
			}
			opt = snap.linter.Options(set)
		}
		model := stage.Resolve(dockerfile.Parse(snap.File), opt)
		snap.mentions = mentionsOf(model)
		snap.model = model
	})
	return snap.model
}

// sources is the build context of a snapshot, in the first of the ways it is built.
func (s *server) sources(snap *snapshot) buildcontext.Context {
	u := unit.Unit{}
	if len(snap.units) > 0 {
		u = snap.units[0]
	}
	return s.opt.Sources(&u, snap.Path)
}

// latest is the latest snapshot of a document, nil when it is not open.
func (s *server) latest(uri string) *snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.documents[uri]; d != nil {
		return d.latest
	}
	return nil
}

// replace makes a snapshot the latest of its document in the place of another, and has its findings published once typing pauses. It does
// nothing when the other is not the latest any more.
func (s *server) replace(old, snap *snapshot) {
	s.mu.Lock()
	d := s.documents[snap.uri]
	if d == nil || d.latest != old {
		s.mu.Unlock()
		snap.cancel()
		return
	}
	old.cancel()
	d.latest = snap
	s.mu.Unlock()
	s.show(snap)
}

// show has the findings of a snapshot published once typing pauses, unless the client asks for them.
func (s *server) show(snap *snapshot) {
	if s.pulls() {
		return
	}
	s.spawn(func() {
		select {
		case <-snap.ctx.Done():
			return
		case <-time.After(s.opt.Delay):
		}
		if s.await(snap.ctx, snap) {
			s.publish(snap.uri)
		}
	})
}

// publish sends the findings of a document's latest snapshot if they are there, and none for a closed document.
func (s *server) publish(uri string) {
	s.publishing.Lock()
	defer s.publishing.Unlock()
	snap := s.latest(uri)
	out := publishParams{URI: uri, Diagnostics: []diagnostic{}}
	if snap != nil {
		snap.mu.Lock()
		finished := snap.finished
		snap.mu.Unlock()
		if !finished || snap.ctx.Err() != nil || snap.kind == kindConfig {
			return
		}
		out.Version, out.Diagnostics = &snap.version, s.diagnostics(snap)
	}
	s.notify("textDocument/publishDiagnostics", out)
}

func (s *server) didOpen(raw json.RawMessage) error {
	var p didOpenParams
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	d := p.TextDocument
	t := newText(s.pathOf(d.URI), []byte(d.Text), s.units)
	snap := s.snapshot(d.URI, d.Version, kindOf(d.LanguageID, t.Path), t, make(chan struct{}, 1))
	s.mu.Lock()
	if old := s.documents[d.URI]; old != nil {
		old.latest.cancel()
	}
	s.documents[d.URI] = &document{latest: snap, turn: snap.turn}
	s.mu.Unlock()
	if snap.kind == kindConfig {
		s.spawn(func() { _ = s.settle(snap) })
		return nil
	}
	s.show(snap)
	return nil
}

func (s *server) didChange(raw json.RawMessage) error {
	var p didChangeParams
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	d := p.TextDocument
	old := s.latest(d.URI)
	if old == nil {
		return fmt.Errorf("%s is not open", d.URI)
	}
	s.replace(old, s.snapshot(d.URI, d.Version, old.kind, old.edited(p.ContentChanges), old.turn))
	return nil
}

// didSave looks whether the file that was saved is one that others are judged with.
func (s *server) didSave(raw json.RawMessage) error {
	var p params
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	s.mu.Lock()
	s.nextLook = time.Time{}
	s.mu.Unlock()
	if snap := s.latest(p.TextDocument.URI); snap != nil && (snap.kind == kindConfig || snap.kind == kindBuilds) {
		s.reloadSoon(false)
	} else {
		s.spawn(s.freshen)
	}
	return nil
}

func (s *server) didClose(raw json.RawMessage) error {
	var p params
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	uri := p.TextDocument.URI
	s.mu.Lock()
	d := s.documents[uri]
	delete(s.documents, uri)
	pulls := s.pulls()
	s.mu.Unlock()
	if d == nil {
		return fmt.Errorf("%s is not open", uri)
	}
	d.latest.cancel()
	if !pulls && d.latest.kind != kindConfig {
		s.spawn(func() { s.publish(uri) })
	}
	return nil
}

func (s *server) didChangeFiles(raw json.RawMessage) error {
	var p watchedFilesParams
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	rules, counts := false, false
	for _, c := range p.Changes {
		if strings.Contains(c.URI, "/node_modules/") || strings.Contains(c.URI, "/.git/") {
			continue // thousands at once, and nothing is judged with them
		}
		counts = true
		// A policy's rules, its parameters, its data.
		rules = rules || strings.HasSuffix(c.URI, ".rego") || strings.HasSuffix(c.URI, "/data.yaml") || strings.HasSuffix(c.URI, "/data.json")
	}
	if counts {
		s.reloadSoon(rules)
	}
	return nil
}

func (s *server) didChangeFolders(raw json.RawMessage) error {
	var p foldersParams
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.folders = slices.DeleteFunc(s.folders, func(f workspaceFolder) bool {
		return slices.ContainsFunc(p.Event.Removed, func(r workspaceFolder) bool { return r.URI == f.URI })
	})
	s.folders = append(s.folders, p.Event.Added...)
	return nil
}
