// Package config reads plimline.yaml and tells which rules run on a file, how bad their findings
// are, and with what parameters.
//
// What counts for a file is put together from layers, later ones winning: the rules' own
// defaults, plimline.yaml, its overrides that match the file, in order, and the flags of the command line.
// In every layer
//
//   - select, when given, turns on the rules it names and turns off all others, whatever earlier layers say;
//   - severity sets how bad findings are; a rule named there by itself is turned on,
//     unless the same layer's select leaves it out;
//   - ignore turns rules off.
//
// Names are rule ids, other tools' codes ("DL3006", "hadolint/DL3006"), categories, "rules" and "policies", and the sets "default",
// "strict" and "all", of which each has the rules of those before it.
package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"

	"github.com/plimline/plimline/internal/finding"
)

// unselectable are the rules for what cannot be read, and for rules that fail. Select does not turn them off, only ignore does, and not with "rules":
// a file that was not understood, or not judged, must not pass for a clean one.
func unselectable(rule string) bool { return rule == "parse-error" || rule == "faulty-rule" }

// Config is a plimline.yaml, or the lack of one, with the flags on top. It does not change.
type Config struct {
	// File is where the configuration was read from, as given to Load; "" when there is none.
	File string

	cat      *finding.Catalog
	policies []Place  // where the user's are
	baseline string   // the file, "" for none
	inputs   []string // Compose and Bake files
	dir      string   // absolute; globs are relative to it
	failOn   finding.Severity
	exclude  []glob
	layers   []layer // the file, its overrides, the flags

	cwd          string // the globs of flags are relative to it
	flagsExclude []glob

	mu       sync.Mutex
	settings map[string]*Settings // by the layers that count
}

// layer is one set of choices.
type layer struct {
	profile    *layer          // counts before everything else of the layer
	files      []glob          // the files that it is for; nil for all
	selected   map[string]bool // nil when select is not given
	severities []severity
	ignored    []string
	parameters map[string]map[string]any // policy id, parameter
	target     string
	buildArgs  map[string]string
	reasons    *bool // suppressions need one; nil when nothing is said
}

// severity is an entry of a severity map.
type severity struct {
	ids   []string
	scope scope
	value finding.Severity
}

// Settings is what counts for one file. It is shared between files and not changed.
type Settings struct {
	// FailOn is the least severity that fails a run; Off means that no finding does.
	FailOn finding.Severity
	// Parameters of every policy that has any, complete: policy id, parameter.
	Parameters map[string]map[string]any
	// ParametersKey is the same for settings with equal Parameters, and for no others.
	ParametersKey string
	// Target is the stage that is built, as in docker build --target; "" for the last.
	Target string
	// BuildArgs are the values of ARGs, as in docker build --build-arg.
	BuildArgs map[string]string
	// CallersArgs are ARGs that are given a value which is not known.
	CallersArgs []string
	// Contexts are the names of additional build contexts.
	Contexts []string
	// RequireReason makes a suppression without a reason a finding.
	RequireReason bool

	severities map[string]finding.Severity
	// own are those of ShellCheck's codes that a severity is given to.
	own map[string]bool
}

// OwnSeverity reports whether one of ShellCheck's codes is given a severity by itself, whatever ShellCheck's level is.
func (s *Settings) OwnSeverity(code string) bool { return s.own[code] }

// Severity returns how bad the findings of a rule are; Off means that it does not run.
func (s *Settings) Severity(rule string) finding.Severity {
	if severity, ok := s.severities[rule]; ok || !finding.IsShellCheck(rule) {
		return severity
	}
	return s.severities[finding.ShellCheck]
}

// ShellCheck reports whether any of ShellCheck's findings are asked for, be it one code alone.
func (s *Settings) ShellCheck() bool {
	for id, severity := range s.severities {
		if severity != finding.Off && (id == finding.ShellCheck || finding.IsShellCheck(id)) {
			return true
		}
	}
	return false
}

// Built is the same for one way to build the image, whose arguments win.
func (s *Settings) Built(target string, args map[string]string, callersArgs, contexts []string) *Settings {
	built := *s
	if target != "" {
		built.Target = target
	}
	built.BuildArgs = maps.Clone(s.BuildArgs)
	for _, name := range callersArgs {
		delete(built.BuildArgs, name)
	}
	maps.Copy(built.BuildArgs, args)
	built.CallersArgs, built.Contexts = callersArgs, contexts
	return &built
}

// Active reports whether a rule runs.
func (s *Settings) Active(rule string) bool { return s.Severity(rule) != finding.Off }

// Default is the configuration of who has none.
func Default(cat *finding.Catalog) *Config {
	return &Config{cat: cat, failOn: finding.Warning, settings: map[string]*Settings{}}
}

// Policies are where the user's policies are.
func (c *Config) Policies() []Place { return c.policies }

// Baseline is the file with the findings that do not count, "" when there is none: relative to the working directory, or absolute.
func (c *Config) Baseline() string { return c.baseline }

// Inputs are the Compose and Bake files that belong to the folder: relative to the working directory, or absolute.
func (c *Config) Inputs() []string { return c.inputs }

// For returns what counts for a file. The same settings come back for all files with the same layers.
func (c *Config) For(path string) *Settings {
	var counting []layer
	key := make([]byte, len(c.layers))
	relative := relativeTo(c.dir, path)
	for i, l := range c.layers {
		if l.files == nil || matchAny(l.files, relative, false) {
			key[i] = 1
			counting = append(counting, l)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.settings[string(key)]
	if !ok {
		s = c.resolve(counting)
		c.settings[string(key)] = s
	}
	return s
}

// Excluded reports whether a file or folder found in a search is left out.
func (c *Config) Excluded(path string, dir bool) bool {
	return len(c.exclude) > 0 && matchAny(c.exclude, relativeTo(c.dir, path), dir) ||
		len(c.flagsExclude) > 0 && matchAny(c.flagsExclude, relativeTo(c.cwd, path), dir)
}

// resolve puts layers on top of the defaults.
func (c *Config) resolve(layers []layer) *Settings {
	s := &Settings{
		FailOn:     c.failOn,
		Parameters: map[string]map[string]any{},
		BuildArgs:  map[string]string{},
		severities: map[string]finding.Severity{},
		own:        map[string]bool{},
	}
	on := map[string]bool{}
	for _, r := range c.cat.Rules() {
		on[r.ID] = r.Set == finding.SetDefault
		s.severities[r.ID] = r.Severity
		if r.Parameters != nil {
			s.Parameters[r.ID] = maps.Clone(r.Parameters)
		}
	}
	for _, l := range layers {
		l.apply(s, on)
	}
	for id := range on {
		// One of ShellCheck's codes that is turned on or off by itself.
		if _, ok := s.severities[id]; !ok {
			s.severities[id] = s.severities[finding.ShellCheck]
		}
	}
	for id := range s.severities {
		if !on[id] {
			s.severities[id] = finding.Off
		}
	}
	s.ParametersKey = key(s.Parameters)
	return s
}

func (l *layer) apply(s *Settings, on map[string]bool) {
	if l.profile != nil {
		l.profile.apply(s, on)
	}
	if l.selected != nil {
		for id := range on {
			on[id] = l.selected[id] || unselectable(id) && on[id]
		}
		for id := range l.selected {
			on[id] = true
		}
	}
	for _, set := range l.severities {
		for _, id := range set.ids {
			switch {
			case set.value == finding.Off:
				on[id] = false
				continue
			case set.scope == scopeName && (l.selected == nil || l.selected[id]):
				on[id] = true
			}
			s.severities[id] = set.value
			s.own[id] = set.scope == scopeName && finding.IsShellCheck(id)
		}
	}
	for _, id := range l.ignored {
		on[id] = false
	}
	for id, parameters := range l.parameters {
		maps.Copy(s.Parameters[id], parameters)
	}
	if l.target != "" {
		s.Target = l.target
	}
	maps.Copy(s.BuildArgs, l.buildArgs)
	if l.reasons != nil {
		s.RequireReason = *l.reasons
	}
}

// key writes parameters in one way only: encoding/json sorts the keys of maps.
func key(parameters map[string]map[string]any) string {
	text, err := json.Marshal(parameters)
	if err != nil { // Parse lets only JSON's kinds of values in, so it is a default that is odd
		return fmt.Sprintf("%#v", parameters)
	}
	return string(text)
}

// sortSeverities puts the wide entries first, so that "all: note" does not undo "root-user: error"
// wherever the two stand in the file.
func sortSeverities(s []severity) {
	slices.SortStableFunc(s, func(a, b severity) int { return int(a.scope) - int(b.scope) })
}

// relativeTo returns path as seen from dir, with slashes.
func relativeTo(dir, path string) string {
	abs, err := filepath.Abs(path)
	if err == nil {
		if relative, err := filepath.Rel(dir, abs); err == nil {
			return filepath.ToSlash(relative)
		}
	}
	return filepath.ToSlash(path)
}
