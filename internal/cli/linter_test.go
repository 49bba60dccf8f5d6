package cli_test

import (
	"context"
	"testing"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/source"
)

// linter is the pipe without the command line, for benchmarks of a warm process.
type linter struct {
	l        *lint.Linter
	settings *config.Settings
}

func newLinter(tb testing.TB) *linter {
	tb.Helper()
	engine, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	settings := config.Default(engine.Catalog()).For("Dockerfile")
	if err := engine.Compile(settings.Active); err != nil {
		tb.Fatal(err)
	}
	return &linter{lint.New(engine, nil), settings}
}

func (l *linter) lint(tb testing.TB, path string, text []byte) {
	tb.Helper()
	if _, err := l.l.File(context.Background(), source.NewFile(path, text), buildcontext.Context{}, l.settings); err != nil {
		tb.Fatal(err)
	}
}
