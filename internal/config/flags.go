package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/finding"
)

// Flags are choices of the command line, as given there. Empty ones change nothing.
type Flags struct {
	Policies       []string // paths, relative to the working directory, and addresses
	Baseline       string   // a file, relative to the working directory
	Profile        string
	Select, Ignore []string // rule names
	Severity       []string // name=severity
	FailOn         string
	Exclude        []string // globs, relative to the working directory
	Target         string
	BuildArgs      []string // NAME=value
}

// With returns the configuration with flags on top. The error names every flag that is wrong.
func (c *Config) With(flags Flags) (*Config, error) {
	with := &Config{
		File: c.File, cat: c.cat, policies: c.policies, baseline: cmp.Or(flags.Baseline, c.baseline), dir: c.dir, failOn: c.failOn, exclude: c.exclude,
		inputs: c.inputs,
		layers: slices.Clip(c.layers), settings: map[string]*Settings{},
	}
	l := layer{target: flags.Target, buildArgs: map[string]string{}}
	var errs []error
	fail := func(flag string, err error) { errs = append(errs, fmt.Errorf("--%s: %w", flag, err)) }

	if flags.Profile != "" {
		var err error
		if l.profile, err = profile(c.cat, flags.Profile); err != nil {
			fail("profile", err)
		}
	}
	for _, name := range flags.Select {
		ids, _, err := resolve(c.cat, name)
		if err != nil {
			fail("select", err)
			continue
		}
		l.turnOn(ids)
	}
	for _, name := range flags.Ignore {
		ids, scope, err := resolve(c.cat, name)
		if err != nil {
			fail("ignore", err)
		}
		l.ignored = append(l.ignored, ignorable(ids, scope)...)
	}
	for _, text := range flags.Severity {
		set, err := severityFlag(c.cat, text)
		if err != nil {
			fail("severity", err)
			continue
		}
		l.severities = append(l.severities, set)
	}
	sortSeverities(l.severities)
	if flags.FailOn != "" {
		var err error
		if with.failOn, err = parseFailOn(flags.FailOn); err != nil {
			fail("fail-on", err)
		}
	}
	for _, text := range flags.Exclude {
		g, err := parseGlob(text)
		if err != nil {
			fail("exclude", fmt.Errorf("%q: %w", text, err))
		}
		with.flagsExclude = append(with.flagsExclude, g)
	}
	for _, text := range flags.BuildArgs {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			fail("build-arg", fmt.Errorf("%q is not NAME=value", text))
			continue
		}
		l.buildArgs[name] = value
	}
	if with.flagsExclude != nil {
		var err error
		if with.cwd, err = os.Getwd(); err != nil {
			errs = append(errs, fmt.Errorf("find the working directory: %w", err))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	with.layers = append(with.layers, l)
	return with, nil
}

func (l *layer) turnOn(ids []string) {
	if l.selected == nil {
		l.selected = map[string]bool{}
	}
	for _, id := range ids {
		l.selected[id] = true
	}
}

func severityFlag(cat *finding.Catalog, text string) (severity, error) {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return severity{}, fmt.Errorf("%q is not RULE=severity", text)
	}
	ids, scope, err := resolve(cat, name)
	if err != nil {
		return severity{}, err
	}
	s, err := parseSeverity(value)
	return severity{ids, scope, s}, err
}
