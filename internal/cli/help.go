package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// What flags are about: the headings of a command's help.
const (
	filesHeading  = "Files"
	rulesHeading  = "Rules"
	placesHeading = "Policies and configuration"
	buildHeading  = "Build"
	fixesHeading  = "Fixes and suppressions"
	reportHeading = "Report"
)

const headingKey = "heading"

// under adds flags under a heading.
func under(f *pflag.FlagSet, heading string, add func(*pflag.FlagSet)) {
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	add(own)
	own.VisitAll(func(x *flag) { x.Annotations = map[string][]string{headingKey: {heading}} })
	f.AddFlagSet(own)
}

// flagGroup is flags with their heading.
type flagGroup struct {
	heading string
	*pflag.FlagSet
}

// flagGroups are the flags of a command in the order of its help, those under no heading first. --help, which every command has, is not among them.
func flagGroups(cmd *cobra.Command) []flagGroup {
	var out []flagGroup
	for _, heading := range []string{"", filesHeading, rulesHeading, placesHeading, buildHeading, fixesHeading, reportHeading} {
		group := flagGroup{heading, pflag.NewFlagSet("", pflag.ContinueOnError)}
		cmd.Flags().VisitAll(func(x *flag) {
			if x.Hidden || x.Name == "help" || heading == "" && x.Annotations[headingKey] != nil || heading != "" && !slices.Contains(x.Annotations[headingKey], heading) {
				return
			}
			group.AddFlag(x)
		})
		if group.HasFlags() {
			group.heading = cmp.Or(heading, "Flags")
			out = append(out, group)
		}
	}
	return out
}

// usage writes what stands below a command's description in its help.
func (a *app) usage(cmd *cobra.Command) error {
	w := cmd.OutOrStderr()
	fmt.Fprintf(w, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "  %s COMMAND\n", cmd.CommandPath())
	}
	if cmd.HasExample() {
		fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	}
	for _, group := range cmd.Groups() {
		writeCommands(w, cmd, group.Title, group.ID)
	}
	heading := "Commands"
	if len(cmd.Groups()) > 0 {
		heading = "Others"
	}
	writeCommands(w, cmd, heading, "")
	for _, group := range flagGroups(cmd) {
		fmt.Fprintf(w, "\n%s:\n%s", group.heading, group.FlagUsagesWrapped(terminalWidth(a.stdout)))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n%s COMMAND --help says more about a command.\n", cmd.CommandPath())
	}
	return nil
}

func writeCommands(w io.Writer, cmd *cobra.Command, heading, group string) {
	var subs []*cobra.Command
	for _, sub := range cmd.Commands() {
		if sub.GroupID == group && sub.IsAvailableCommand() {
			subs = append(subs, sub)
		}
	}
	if len(subs) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", heading)
	for _, sub := range subs {
		fmt.Fprintf(w, "  %-*s  %s\n", cmd.Commands()[0].NamePadding(), sub.Name(), sub.Short)
	}
}

// helpCommand is cobra's, but for what it makes of a command that does not exist.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show a command's help",
		ValidArgsFunction: func(help *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if cmd, _, err := help.Root().Find(args); err == nil {
				for _, sub := range cmd.Commands() {
					if sub.IsAvailableCommand() {
						names = append(names, sub.Name()+"\t"+sub.Short)
					}
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(help *cobra.Command, args []string) error {
			cmd, rest, err := help.Root().Find(args)
			if err != nil {
				return err
			}
			if cmd.HasSubCommands() && len(rest) > 0 {
				return noCommand(cmd, rest)
			}
			return cmd.Help()
		},
	}
}

// noCommand refuses arguments where subcommands alone may stand.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return fmt.Errorf("%q is not a command of %s%s\n%s --help lists them", args[0], cmd.CommandPath(), didYouMean(args[0], names), cmd.CommandPath())
}

// offer has shells complete a flag with one of several values.
func offer(cmd *cobra.Command, name string, values ...string) {
	// The flag is there, and this its only completion: there is no error.
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// offerRules has shells complete flags with rules, behind commas too.
func (a *app) offerRules(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		_ = cmd.RegisterFlagCompletionFunc(name, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			ids, directive := a.completeRules(nil, nil, "")
			before := typed[:strings.LastIndexByte(typed, ',')+1]
			for i := range ids {
				ids[i] = before + ids[i]
			}
			return ids, directive
		})
	}
}
