// Package cli is plimline's command line.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/report"
)

// Exit codes.
const (
	ExitClean    = 0 // nothing at or above the threshold
	ExitFindings = 1 // findings at or above the threshold
	ExitFailure  = 2 // misuse, or something could not be done
)

// app is what the commands share.
type app struct {
	ctx    context.Context
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	screen io.Writer   // standard error as it is
	code   int         // the exit code of a command that did its work
	stays  atomic.Bool // the run lasts as long as an editor
	once   atomic.Bool // the command cannot be started again: it has read standard input
}

// Run runs plimline with the arguments behind its name and returns the exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: report.Safe(stderr), screen: stderr}
	a.ctx = a.runaways(args).In(ctx)
	a.tuneMemory()
	root := a.root()
	root.SetArgs(args)
	if err := root.ExecuteContext(a.ctx); err != nil {
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		for _, line := range strings.Split(err.Error(), "\n") {
			fmt.Fprintln(a.stderr, "plimline:", line)
		}
		return ExitFailure
	}
	return a.code
}

// leftOut names, in the environment, policies that could not be stopped in the process that this one replaces.
const leftOut = "PLIMLINE_LEFT_OUT"

// runaways starts the command again without a policy that cannot be stopped: nothing has been written yet. It does not when there is somebody who
// talks to this process.
func (a *app) runaways(args []string) policy.Runaways {
	known := strings.FieldsFunc(os.Getenv(leftOut), func(r rune) bool { return r == '\n' })
	return policy.Runaways{Known: known, Found: func(name string) {
		if a.once.Load() || slices.Contains(known, name) {
			return
		}
		replace(args, leftOut+"="+strings.Join(append(known, name), "\n"))
	}}
}

func (a *app) root() *cobra.Command {
	var showVersion bool
	root := &cobra.Command{
		Use:   "plimline",
		Short: "Lint Dockerfiles and check them against policies",
		Long: `plimline reads Dockerfiles into stages and judges them with Rego rules and policies.
Its special strength: Go programs shipped in multi-stage images.`,
		Example: `  plimline lint                      every Dockerfile below this folder
  plimline lint Dockerfile           one file
  plimline lint --format sarif .     for code scanning
  plimline explain root-user         what a rule is about`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if showVersion {
				_, err := io.WriteString(a.stdout, versionLine())
				return err
			}
			return cmd.Help()
		},
	}
	// Not cobra's own: the template that its text is in would keep 2.9 MB of methods in the binary.
	root.Flags().BoolVar(&showVersion, "version", false, "print plimline's version")
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(a.lintCommand(), a.fixCommand(), a.explainCommand(), a.rulesCommand(), a.policyCommand(), a.testCommand(), a.parseCommand(), a.graphCommand(), a.initCommand(), a.lspCommand(), a.versionCommand(), a.manCommand())
	// A first argument that is a path is a common slip: say what to type.
	root.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		if _, err := os.Stat(args[0]); err == nil {
			return fmt.Errorf("%q is not a command; to lint it: plimline lint %s", args[0], args[0])
		}
		var names []string
		for _, sub := range cmd.Commands() {
			names = append(names, sub.Name())
		}
		return fmt.Errorf("%q is not a command%s\nplimline --help lists them", args[0], didYouMean(args[0], names))
	}
	return root
}

// flagError adds the closest flag's name to pflag's message.
func flagError(cmd *cobra.Command, err error) error {
	message := err.Error()
	if name, ok := strings.CutPrefix(message, "unknown flag: --"); ok {
		var names []string
		cmd.Flags().VisitAll(func(f *flag) { names = append(names, f.Name) })
		if closest := finding.Closest(name, names); closest != "" {
			message += "; did you mean --" + closest + "?"
		}
	}
	// Go's own tools have long flags behind one hyphen.
	if _, written, ok := strings.Cut(message, "unknown shorthand flag: "); ok {
		if _, name, _ := strings.Cut(written, " in -"); cmd.Flags().Lookup(name) != nil {
			message += "; did you mean --" + name + "?"
		}
	}
	return fmt.Errorf("%s\n%s --help lists the flags", message, cmd.CommandPath())
}

func didYouMean(name string, candidates []string) string {
	if closest := finding.Closest(name, candidates); closest != "" {
		return fmt.Sprintf("; did you mean %q?", closest)
	}
	return ""
}
