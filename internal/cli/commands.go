package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/spec"
	"github.com/plimline/plimline/policies"
	"github.com/plimline/plimline/rules"
)

func (a *app) explainCommand() *cobra.Command {
	var settings settingsOptions
	cmd := &cobra.Command{
		Use:               "explain ID",
		Short:             "Say what a rule is about",
		Long:              "Print the page of a rule: why it matters, a bad example with its finding, a good one. ID is a rule's id or another tool's code, such as DL3006.",
		Example:           "  plimline explain cgo-disabled\n  plimline explain DL3006",
		Args:              oneArgument("the id of a rule"),
		ValidArgsFunction: a.completeRules,
		RunE: func(_ *cobra.Command, args []string) error {
			catalog, err := a.catalog(&settings)
			if err != nil {
				return err
			}
			ids := catalog.Resolve(args[0])
			if len(ids) == 0 {
				return unknownRule(catalog, args[0])
			}
			for i, id := range ids {
				if i > 0 {
					fmt.Fprintln(a.stdout)
				}
				page, err := rulePage(catalog, id)
				if err != nil {
					return fmt.Errorf("read the page of %s: %w", id, err)
				}
				out := a.stdout
				if rule, _ := catalog.Rule(id); rule.External {
					out = report.Safe(out)
				}
				if _, err := out.Write(page); err != nil {
					return err
				}
			}
			return nil
		},
	}
	settings.placeFlags(cmd.Flags())
	return cmd
}

func rulePage(catalog *finding.Catalog, id string) ([]byte, error) {
	rule, _ := catalog.Rule(id)
	if rule.External {
		return spec.Page("", rule, "", nil, nil, nil)
	}
	var folder fs.FS = rules.FS
	if rule.Kind == finding.KindPolicy {
		folder = policies.FS
	}
	page, err := fs.ReadFile(folder, rule.Page()+"/README.md")
	if bytes.HasPrefix(page, []byte("<!--")) { // for those who would edit the file
		_, page, _ = bytes.Cut(page, []byte("-->\n\n"))
	}
	return page, err
}

func unknownRule(catalog *finding.Catalog, name string) error {
	message := fmt.Sprintf("no rule is called %q", name)
	if closest := catalog.Suggest(name); closest != "" {
		message += fmt.Sprintf("; did you mean %q?", closest)
	}
	return errors.New(message + "\nplimline rules lists them")
}

func (a *app) completeRules(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	catalog, err := a.catalog(&settingsOptions{})
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var ids []string
	for _, r := range catalog.Rules() {
		ids = append(ids, r.ID+"\t"+r.Title)
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) rulesCommand() *cobra.Command {
	var format string
	var settings settingsOptions
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules and policies",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			catalog, err := a.catalog(&settings)
			if err != nil {
				return err
			}
			switch format {
			case "json":
				return a.printJSON(ruleList(catalog))
			case "text":
				w := tabwriter.NewWriter(report.Safe(a.stdout), 0, 0, 2, ' ', 0)
				for _, r := range catalog.Rules() {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Kind, r.Severity, r.Set, r.Title)
				}
				return w.Flush()
			}
			return fmt.Errorf("--format %q: use text or json", format)
		},
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "`FORMAT`: text or json")
	offer(cmd, "format", "text", "json")
	settings.placeFlags(cmd.Flags())
	return cmd
}

type listedRule struct {
	ID          string   `json:"id"`
	Kind        string   `json:"kind"`
	Severity    string   `json:"severity"`
	Set         string   `json:"set"`
	Category    string   `json:"category"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Aliases     []string `json:"aliases"`
	Links       []string `json:"links"`
	Since       string   `json:"since"`
}

func ruleList(catalog *finding.Catalog) []listedRule {
	var out []listedRule
	for _, r := range catalog.Rules() {
		out = append(out, listedRule{r.ID, string(r.Kind), r.Severity.String(), r.Set.String(), r.Category, r.Title, r.Description,
			append([]string{}, r.Aliases...), append([]string{}, r.Links...), r.Since})
	}
	return out
}

func (a *app) printJSON(v any) error { return printJSON(a.stdout, v) }

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func (a *app) parseCommand() *cobra.Command {
	var build buildOptions
	var context contextOptions
	cmd := &cobra.Command{
		Use:   "parse FILE",
		Short: "Print the document that rules judge",
		Long:  "Print the input document of a Dockerfile as JSON: what rules and policies judge. FILE may be - for standard input. Its schema is policies/input.schema.json.",
		Args:  oneArgument("a Dockerfile"),
		RunE: func(_ *cobra.Command, args []string) error {
			opt, err := build.stageOptions()
			if err != nil {
				return err
			}
			content, err := a.read(args[0])
			if err != nil {
				return fmt.Errorf("read %s: %w", args[0], err)
			}
			text, err := document.JSON(lint.Read(source.NewFile(filepath.ToSlash(args[0]), content), opt, context.sources(args[0])))
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(text)
			return err
		},
	}
	build.flags(cmd.Flags())
	context.flags(cmd.Flags())
	return cmd
}

// read reads a file, or standard input when it is named "-".
func (a *app) read(file string) ([]byte, error) {
	if file == "-" {
		a.once.Store(true)
		return readAll(a.stdin)
	}
	return readFile(file)
}

func (a *app) initCommand() *cobra.Command {
	var force bool
	var hadolint string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a plimline.yaml to start from",
		Args:  noCommand,
		RunE: func(*cobra.Command, []string) error {
			catalog, err := a.catalog(&settingsOptions{noConfig: true})
			if err != nil {
				return err
			}
			const name = "plimline.yaml"
			if _, err := os.Lstat(name); err == nil && !force {
				return fmt.Errorf("%s exists; --force replaces it", name)
			}
			text := config.Starter(catalog)
			if hadolint != "" {
				content, err := a.read(hadolint)
				if err != nil {
					return fmt.Errorf("read %s: %w", hadolint, err)
				}
				if text, err = config.FromHadolint(hadolint, content, catalog); err != nil {
					return err
				}
			}
			if err := replaceFile(name, []byte(text)); err != nil {
				return fmt.Errorf("write %s: %w", name, err)
			}
			fmt.Fprintf(a.stdout, "wrote %s\n", name)
			return nil
		},
	}
	cmd.AddCommand(a.initDockerfileCommand())
	cmd.Flags().BoolVar(&force, "force", false, "replace the file if it exists")
	cmd.Flags().StringVar(&hadolint, "from-hadolint", "", "make it of a hadolint configuration `FILE` (.hadolint.yaml)")
	return cmd
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print plimline's version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(a.stdout, versionLine())
			return err
		},
	}
}

func versionLine() string {
	return fmt.Sprintf("plimline %s (%s %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// oneArgument asks for exactly one argument, and says what it is.
func oneArgument(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return fmt.Errorf("%s takes %s\nusage: %s", cmd.CommandPath(), what, cmd.UseLine())
	}
}
