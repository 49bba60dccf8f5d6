package lint

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/policy"
)

// Set is linters by the user's policies they have beside plimline's rules: each configuration may name its own. It is safe for concurrent use.
type Set struct {
	ctx      context.Context
	contexts []string
	open     func(config.Place) (policy.Source, error)

	mu      sync.Mutex
	order   []string // keys of linters, as they came
	linters map[string]*loaded
}

type loaded struct {
	linter *Linter
	errors []error // policies that cannot be used
	err    error
}

// NewSet makes a set. contexts are the names of additional build contexts; open finds what a configuration calls a policy.
func NewSet(ctx context.Context, contexts []string, open func(config.Place) (policy.Source, error)) *Set {
	return &Set{ctx: ctx, contexts: contexts, open: open, linters: map[string]*loaded{}}
}

// Of is the linter for a configuration.
func (s *Set) Of(c *config.Config) (*Linter, error) { return s.with(c.Policies()) }

// Catalog is the rules there are with some policies of the user's.
func (s *Set) Catalog(policies []config.Place) (*finding.Catalog, error) {
	l, err := s.with(policies)
	if err != nil {
		return nil, err
	}
	return l.Catalog(), nil
}

// Catalogs is the rules of all the linters there are, for reports.
func (s *Set) Catalogs() *finding.Catalog {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []finding.Rule
	seen := map[string]bool{}
	for _, key := range s.order {
		l := s.linters[key]
		if l.err != nil {
			continue
		}
		if len(s.order) == 1 {
			return l.linter.Catalog()
		}
		for _, r := range l.linter.Catalog().Rules() {
			if !seen[r.ID] {
				seen[r.ID], all = true, append(all, r)
			}
		}
	}
	return finding.NewCatalog(all)
}

// Errors are the policies that could not be used, each once.
func (s *Set) Errors() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []error
	for _, key := range s.order {
		for _, err := range s.linters[key].errors {
			if !slices.ContainsFunc(out, func(e error) bool { return e.Error() == err.Error() }) {
				out = append(out, err)
			}
		}
	}
	return out
}

func (s *Set) with(policies []config.Place) (*Linter, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := fmt.Sprintf("%q", policies)
	l, ok := s.linters[key]
	if !ok {
		l = s.load(policies)
		s.order, s.linters[key] = append(s.order, key), l
	}
	return l.linter, l.err
}

func (s *Set) load(policies []config.Place) *loaded {
	var sources []policy.Source
	for _, place := range config.Unique(policies) {
		source, err := s.open(place)
		if err != nil {
			return &loaded{err: &config.PlaceError{Place: place, Err: err}}
		}
		sources = append(sources, source)
	}
	engine, err := policy.LoadBuiltin(s.ctx, sources...)
	if err != nil {
		return &loaded{err: err}
	}
	return &loaded{linter: New(engine, s.contexts), errors: engine.Errors()}
}
