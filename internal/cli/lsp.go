package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/inputs"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/lsp"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/shellcheck"
	"github.com/plimline/plimline/internal/source"
)

func (a *app) lspCommand() *cobra.Command {
	var settings settingsOptions
	var context contextOptions
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Serve an editor",
		Long: `Speak the Language Server Protocol on standard input and output: findings while typing, fixes, hover, completion and more.
Editors start it; docs/editors.md says how.

Exit code: 0 after shutdown and exit, 1 when the editor left without them, 2 when something could not be done.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.lsp(&settings, &context, timeout) },
	}
	f := cmd.Flags()
	a.settingsFlags(cmd, &settings)
	under(f, filesHeading, settings.excludeFlag)
	context.flags(f)
	f.DurationVar(&timeout, "timeout", 3*time.Second, "`TIME` the rules get for one file")
	f.Bool("stdio", true, "for clients that say so; there is no other way")
	return cmd
}

// pause is how long typing stops before findings appear.
const pause = 100 * time.Millisecond

func (a *app) lsp(settings *settingsOptions, sources *contextOptions, timeout time.Duration) error {
	a.stay()
	opt := lsp.Options{
		Version: version(),
		Load: func(keep *lint.Set) (*lint.Set, *config.Loader, error) {
			if keep == nil {
				sets, err := a.rules(settings)
				if err != nil {
					return nil, nil, err
				}
				return sets.linters, sets.configs, nil
			}
			configs, err := settings.loader(keep.Catalog)
			return keep, configs, err
		},
		Sources: sources.unit,
		Builds: func(ctx context.Context, file *source.File) ([]inputs.Build, error) {
			builds, err := inputs.Read(ctx, file, os.LookupEnv)
			for i := range builds {
				settings.build.override(&builds[i])
			}
			return builds, err
		},
		Page:    report.Page,
		Timeout: timeout,
		Delay:   pause,
	}
	if program, err := exec.LookPath("shellcheck"); err == nil {
		opt.ShellCheck = func(ctx context.Context, scripts []shellcheck.Script) ([][]shellcheck.Comment, error) {
			return shellcheck.Run(ctx, program, timeout, scripts)
		}
	}
	a.once.Store(true)
	err := lsp.Serve(a.ctx, a.stdin, a.stdout, opt)
	if errors.Is(err, lsp.ErrNoShutdown) {
		a.code = ExitFindings
		return nil
	}
	return err
}
