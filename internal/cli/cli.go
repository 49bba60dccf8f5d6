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
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
	if err := interruptible(ctx, func() error { return root.ExecuteContext(a.ctx) }); err != nil {
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

// interruptGrace is how long an interrupted command has to finish the files that it is writing.
const interruptGrace = time.Second

// interruptible does not wait for what does not end when it is interrupted, such as a read from a terminal or a pipe that nobody writes to.
func interruptible(ctx context.Context, run func() error) error {
	done := make(chan error, 1)
	go func() { done <- run() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(interruptGrace):
		return ctx.Err()
	}
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
	root.Flags().BoolVarP(&showVersion, "version", "V", false, "print plimline's version")
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(flagError)
	root.SetUsageFunc(a.usage)
	root.SetHelpCommand(helpCommand())
	group := func(title string, commands ...*cobra.Command) {
		root.AddGroup(&cobra.Group{ID: title, Title: title})
		for _, cmd := range commands {
			cmd.GroupID = title
			root.AddCommand(cmd)
		}
	}
	group("Dockerfiles", a.lintCommand(), a.fixCommand(), a.parseCommand(), a.graphCommand(), a.initCommand())
	group("Rules and policies", a.explainCommand(), a.rulesCommand(), a.policyCommand(), a.testCommand())
	root.AddCommand(a.lspCommand(), a.versionCommand(), a.manCommand())
	// A first argument that is a path is a common slip: say what to type.
	root.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			if _, err := os.Stat(args[0]); err == nil {
				return fmt.Errorf("%q is not a command; to lint it: plimline lint %s", args[0], args[0])
			}
		}
		return noCommand(cmd, args)
	}
	return root
}

// flagError says what is wrong with a flag, and what was meant.
func flagError(cmd *cobra.Command, err error) error {
	message := err.Error()
	meant := "" // a flag
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		cmd.Flags().VisitAll(func(f *flag) { names = append(names, f.Name) })
		meant = finding.Closest(unknown.GetSpecifiedName(), names)
	case errors.As(err, &unknown):
		// Go's own tools have long flags behind one hyphen.
		if name := unknown.GetSpecifiedShortnames(); cmd.Flags().Lookup(name) != nil {
			meant = name
		}
	case errors.As(err, &invalid):
		f, value := invalid.GetFlag(), invalid.GetValue()
		if name := f.Shorthand + value; f.Shorthand != "" && cmd.Flags().Lookup(name) != nil {
			message, meant = fmt.Sprintf("-%s %q: %v", f.Shorthand, value, kind(f, invalid)), name
		} else {
			message = fmt.Sprintf("--%s %q: %v", f.Name, value, kind(f, invalid))
		}
	}
	if meant != "" {
		message += "; did you mean --" + meant + "?"
	}
	return fmt.Errorf("%s\n%s --help lists the flags", message, cmd.CommandPath())
}

// kind says what values a flag takes.
func kind(f *flag, err *pflag.InvalidValueError) error {
	switch f.Value.Type() {
	case "bool":
		return errors.New("it is true or false")
	case "int":
		return errors.New("it is a whole number")
	case "duration":
		return errors.New("it is a time, such as 10s or 1m30s")
	}
	return err.Unwrap()
}

func didYouMean(name string, candidates []string) string {
	if closest := finding.Closest(name, candidates); closest != "" {
		return fmt.Sprintf("; did you mean %q?", closest)
	}
	return ""
}
