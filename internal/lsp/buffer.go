package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/stage"
)

// snapshot is an open document at one version, with the configuration as it was then. What is worked out of it is worked out once.
type snapshot struct {
	uri     string
	version int
	*text
	ctx    context.Context // ends when the document is edited or closed
	cancel context.CancelFunc

	linting sync.Once
	linted  chan struct{}     // closed when found and err are there
	found   []finding.Finding // what counts: not what is suppressed or not decided
	err     error             // why it was not linted

	looking  sync.Once
	linter   *lint.Linter
	set      *config.Settings
	excluded bool
	unfit    error // the configuration cannot be read

	modelling sync.Once
	model     *stage.Model
	mentions  []mention
}

func (s *server) snapshot(uri string, version int, t *text) *snapshot {
	ctx, cancel := context.WithCancel(s.ctx)
	return &snapshot{uri: uri, version: version, text: t, ctx: ctx, cancel: cancel, linted: make(chan struct{})}
}

// settle finds the configuration.
func (s *server) settle(snap *snapshot) error {
	snap.looking.Do(func() { snap.linter, snap.set, snap.excluded, snap.unfit = s.look(snap.Path) })
	return snap.unfit
}

// await has a snapshot linted and waits until that is done, or the context ends.
func (s *server) await(ctx context.Context, snap *snapshot) bool {
	snap.linting.Do(func() {
		s.spawn(func() {
			defer close(snap.linted)
			_, snap.err = guarded(func() (any, error) {
				if err := s.settle(snap); err != nil || snap.excluded {
					return nil, err
				}
				all, err := s.judge(snap.ctx, snap.File, snap.linter, snap.set)
				snap.found = slices.DeleteFunc(all, func(f finding.Finding) bool { return f.Suppressed != nil || f.Unknown })
				return nil, err
			})
		})
	})
	select {
	case <-snap.linted:
		return snap.ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// read makes the model of a snapshot and finds what its names mean. With a configuration that cannot be read, the build has no arguments.
func (s *server) read(snap *snapshot) *stage.Model {
	snap.modelling.Do(func() {
		var opt stage.Options
		if s.settle(snap) == nil {
			opt = snap.linter.Options(snap.set)
		}
		snap.model = stage.Resolve(dockerfile.Parse(snap.File), opt)
		snap.mentions = mentionsOf(snap.model)
	})
	return snap.model
}

// latest is the latest snapshot of a document, nil when it is not open.
func (s *server) latest(uri string) *snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buffers[uri]
}

// replace makes a snapshot the latest of its document, and has its findings published once typing pauses.
func (s *server) replace(snap *snapshot) {
	s.mu.Lock()
	if old := s.buffers[snap.uri]; old != nil {
		old.cancel()
	}
	s.buffers[snap.uri] = snap
	pulls := s.pulls()
	stale := !s.watching && time.Since(s.loaded) > 2*time.Second
	s.mu.Unlock()
	if stale {
		s.load(false) // nobody tells of changed files
	}
	if pulls {
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
		select {
		case <-snap.linted:
		default:
			return
		}
		if snap.ctx.Err() != nil {
			return
		}
		out.Version, out.Diagnostics = &snap.version, s.diagnostics(snap)
	}
	_ = s.conn.Notify(s.ctx, "textDocument/publishDiagnostics", out)
}

func (s *server) didOpen(raw json.RawMessage) error {
	var p didOpenParams
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	d := p.TextDocument
	s.replace(s.snapshot(d.URI, d.Version, newText(s.pathOf(d.URI), []byte(d.Text), s.units)))
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
	s.replace(s.snapshot(d.URI, d.Version, old.edited(p.ContentChanges)))
	return nil
}

func (s *server) didClose(raw json.RawMessage) error {
	var p params
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	uri := p.TextDocument.URI
	s.mu.Lock()
	if old := s.buffers[uri]; old != nil {
		old.cancel()
	}
	delete(s.buffers, uri)
	pulls := s.pulls()
	s.mu.Unlock()
	if !pulls {
		s.spawn(func() { s.publish(uri) })
	}
	return nil
}

func (s *server) didChangeFiles(raw json.RawMessage) error {
	var p watchedFilesParams
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	rules := false
	for _, c := range p.Changes {
		// A policy's rules, its parameters, its examples.
		rules = rules || strings.HasSuffix(c.URI, ".rego") || strings.HasSuffix(c.URI, "/data.yaml")
	}
	s.reload(rules)
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

// load reads the configurations anew, and the rules too when asked. What cannot be loaded is said, and what there was stays.
func (s *server) load(rules bool) {
	s.mu.Lock()
	keep := s.linters
	s.mu.Unlock()
	if rules {
		keep = nil
	}
	linters, configs, err := s.opt.Load(keep)
	s.mu.Lock()
	if s.loaded = time.Now(); err == nil {
		s.linters, s.configs = linters, configs
		clear(s.warned)
	}
	s.mu.Unlock()
	if err != nil {
		s.warn(err.Error())
	}
}

// reload loads, and judges all open documents again.
func (s *server) reload(rules bool) {
	s.load(rules)
	s.mu.Lock()
	var open []*snapshot
	for _, snap := range s.buffers {
		open = append(open, snap)
	}
	refresh := s.pulls() && s.client.Workspace.Diagnostics.RefreshSupport
	s.mu.Unlock()
	for _, snap := range open {
		s.replace(s.snapshot(snap.uri, snap.version, snap.text))
	}
	if refresh {
		s.spawn(func() { _ = s.conn.Call(s.ctx, "workspace/diagnostic/refresh", nil, nil) })
	}
}

// pathOf is the file that a URI names, with slashes. What is on no disk is taken for a file in the first folder, for the sake of its configuration.
func (s *server) pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err == nil && u.Scheme == "file" {
		return filePath(u)
	}
	name := "Dockerfile"
	if err == nil && u.Opaque+u.Path != "" {
		name = filepath.Base(filepath.FromSlash(u.Opaque + u.Path))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.folders) > 0 {
		if folder, err := url.Parse(s.folders[0].URI); err == nil && folder.Scheme == "file" {
			return filepath.ToSlash(filepath.Join(filepath.FromSlash(filePath(folder)), name))
		}
	}
	return name
}

// filePath is the path of a file URI: /C:/x is C:/x, and what is on another host is a share on it.
func filePath(u *url.URL) string {
	path := u.Path
	if runtime.GOOS == "windows" {
		if len(path) > 2 && path[0] == '/' && path[2] == ':' {
			path = path[1:]
		}
		if u.Host != "" {
			path = "//" + u.Host + path
		}
	}
	return path
}
