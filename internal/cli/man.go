package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manCommand writes the manual, for packages. It is made here rather than by cobra's doc, which brings a Markdown parser.
func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the manual's pages into a folder",
		Args:   oneArgument("a folder"),
		Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			return manPages(cmd.Root(), args[0])
		},
	}
}

// manPages writes the page of a command and those of its subcommands.
func manPages(cmd *cobra.Command, dir string) error {
	if !cmd.IsAvailableCommand() && cmd.HasParent() {
		return nil
	}
	var page strings.Builder
	manPage(&page, cmd)
	name := filepath.Join(dir, manName(cmd)+".1")
	if err := os.WriteFile(name, []byte(page.String()), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	for _, sub := range cmd.Commands() {
		if err := manPages(sub, dir); err != nil {
			return err
		}
	}
	return nil
}

func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// roff keeps a text from being read as roff: a backslash, a dash that is to stay one, and a point or quote that begins a line.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

func manPage(w io.Writer, cmd *cobra.Command) {
	fmt.Fprintf(w, ".TH %q 1 \"\" \"plimline %s\" \"plimline\"\n", strings.ToUpper(manName(cmd)), version())
	fmt.Fprintf(w, ".SH NAME\n%s \\- %s\n", roff(manName(cmd)), roff(cmd.Short))
	fmt.Fprintf(w, ".SH SYNOPSIS\n.B %s\n", roff(cmd.UseLine()))
	if text := strings.TrimSpace(cmd.Long); text != "" {
		fmt.Fprint(w, ".SH DESCRIPTION\n")
		for i, block := range strings.Split(text, "\n\n") {
			if i > 0 {
				fmt.Fprint(w, ".PP\n")
			}
			if block = strings.Trim(block, "\n"); strings.HasPrefix(block, "\t") || strings.HasPrefix(block, "  ") {
				fmt.Fprintf(w, ".nf\n%s\n.fi\n", roff(strings.ReplaceAll(block, "\t", "    ")))
			} else {
				fmt.Fprintf(w, "%s\n", roff(block))
			}
		}
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprint(w, ".SH COMMANDS\n")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				fmt.Fprintf(w, ".TP\n.BR %s (1)\n%s\n", roff(manName(sub)), roff(sub.Short))
			}
		}
	}
	for i, group := range flagGroups(cmd) {
		if i == 0 {
			fmt.Fprint(w, ".SH OPTIONS\n")
		}
		fmt.Fprintf(w, ".SS %s\n", roff(group.heading))
		group.VisitAll(func(f *flag) { manFlag(w, f) })
	}
	if cmd.Example != "" {
		fmt.Fprintf(w, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(strings.TrimRight(cmd.Example, "\n")))
	}
	if cmd.HasParent() {
		fmt.Fprintf(w, ".SH SEE ALSO\n.BR %s (1)\n", roff(manName(cmd.Parent())))
	}
}

// manFlag writes what a flag does.
func manFlag(w io.Writer, f *flag) {
	fmt.Fprint(w, ".TP\n\\fB")
	if f.Shorthand != "" {
		fmt.Fprintf(w, "\\-%s\\fR, \\fB", f.Shorthand)
	}
	kind, usage := pflag.UnquoteUsage(f)
	fmt.Fprintf(w, "\\-\\-%s\\fR", roff(f.Name))
	if kind != "" {
		separator := " "
		if f.NoOptDefVal != "" {
			separator = "[="
			kind += "]"
		}
		fmt.Fprintf(w, "%s\\fI%s\\fR", separator, roff(kind))
	}
	switch f.DefValue {
	case "", "0", "false", "true", "[]":
	default:
		usage += " (default " + f.DefValue + ")"
	}
	fmt.Fprintf(w, "\n%s\n", roff(usage))
}
