package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/graph"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
	"github.com/plimline/plimline/internal/unit"
)

func (a *app) graphCommand() *cobra.Command {
	var settings settingsOptions
	var context contextOptions
	var format string
	cmd := &cobra.Command{
		Use:     "graph FILE",
		Short:   "Draw the stages, copies and programs of a Dockerfile, with the findings on them",
		Long:    "Draw the stages of a Dockerfile: what they build on, what they copy from each other, the programs they build, and the findings in them. FILE may be - for standard input.",
		Example: "  plimline graph Dockerfile\n  plimline graph --format svg Dockerfile > stages.svg",
		Args:    oneArgument("a Dockerfile"),
		RunE: func(_ *cobra.Command, args []string) error {
			file := args[0]
			content, err := a.read(file)
			if err != nil {
				return fmt.Errorf("read %s: %w", file, err)
			}
			rules, err := a.rules(&settings)
			if err != nil {
				return err
			}
			c, err := rules.configs.Config(file)
			if err != nil {
				return err
			}
			linter, err := rules.linters.Of(c)
			if err != nil {
				return err
			}
			opt, err := settings.build.stageOptions()
			if err != nil {
				return err
			}
			src := source.NewFile(filepath.ToSlash(file), content)
			sources := context.sources(file)
			found, err := linter.File(a.ctx, src, sources, c.For(file))
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			return graph.New(lint.Read(src, opt, sources), found).Write(a.stdout, format)
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT`: "+strings.Join(graph.Formats(), ", "))
	offer(cmd, "format", graph.Formats()...)
	a.settingsFlags(cmd, &settings)
	context.flags(cmd.Flags())
	return cmd
}

// draw draws the stages of a unit; there is nothing to draw where there are none.
func draw(u *unit.Unit, file *source.File, opt stage.Options, sources buildcontext.Context, found []finding.Finding) []report.Graph {
	doc := lint.Read(u.Source(file), opt, sources)
	if len(doc.Stages) == 0 {
		return nil
	}
	out := report.Graph{}
	if u.Build != nil {
		out.Name = u.Build.Name
	}
	var b strings.Builder
	// The writer never fails, and the format is known.
	_ = graph.New(doc, found).Write(&b, "svg")
	out.SVG = b.String()
	return []report.Graph{out}
}
