package cli

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/lint"
)

// version is the module's version as the Go command recorded it, without the "v", or that of a build from no known source.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "0.0.0-devel"
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}

// ruleSets are what a command needs of rules: the linters, and the configurations that choose among them.
type ruleSets struct {
	linters *lint.Set
	configs *config.Loader
}

// rules loads the rules and policies, and the configuration of the flags.
func (a *app) rules(s *settingsOptions) (*ruleSets, error) {
	contexts, err := s.build.contextNames()
	if err != nil {
		return nil, err
	}
	linters := lint.NewSet(a.ctx, contexts, a.source(&s.share))
	configs, err := s.loader(linters.Catalog)
	if err != nil {
		// A rule may be unknown because its file cannot be used.
		for _, problem := range linters.Errors() {
			a.unusable(problem)
		}
		return nil, err
	}
	return &ruleSets{linters, configs}, nil
}

// broken says which policies could not be used, each once.
func (r *ruleSets) broken() []string {
	var out []string
	for _, err := range r.linters.Errors() {
		out = append(out, err.Error())
	}
	return out
}

// catalog is the rules of this folder: plimline's, and those that its configuration and the flags name.
func (a *app) catalog(s *settingsOptions) (*finding.Catalog, error) {
	r, err := a.rules(s)
	if err != nil {
		return nil, err
	}
	c, err := r.configs.Config("Dockerfile")
	if err != nil {
		return nil, err
	}
	l, err := r.linters.Of(c)
	if err != nil {
		return nil, err
	}
	for _, problem := range r.broken() {
		fmt.Fprintln(a.stderr, "plimline:", problem)
		a.code = ExitFailure
	}
	return l.Catalog(), nil
}
