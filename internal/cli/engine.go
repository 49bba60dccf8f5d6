package cli

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/plimline/plimline/internal/policy"
)

// version is the module's version as the Go command recorded it, or "devel".
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

// loadEngine loads the built-in rules and policies.
func loadEngine(ctx context.Context) (*policy.Engine, error) {
	engine, err := policy.LoadBuiltin(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the rules: %w", err)
	}
	return engine, nil
}
