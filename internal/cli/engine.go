package cli

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/plimline/plimline/internal/policy"
)

// version is the module's version as the Go command recorded it, without the "v", or that of a build from no known source.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "0.0.0-devel"
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}

// loadEngine loads the built-in rules and policies.
func loadEngine(ctx context.Context) (*policy.Engine, error) {
	engine, err := policy.LoadBuiltin(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the rules: %w", err)
	}
	return engine, nil
}
