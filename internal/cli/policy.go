package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/policies"
)

func (a *app) policyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Write, check and share policies of your own",
		Args:  noCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.policyNewCommand(), a.policyCheckCommand(), a.policyExportCommand(), a.policyBundleCommand(), a.policyPushCommand(), a.policyPullCommand(), a.policyUpdateCommand())
	return cmd
}

func (a *app) policyNewCommand() *cobra.Command {
	var dir string
	var short bool
	cmd := &cobra.Command{
		Use:   "new ID",
		Short: "Write a policy to start from, with examples and a test",
		Long: `Write a folder with a policy, its parameters, a bad and a good example, a test and its page: plimline test passes on it.
Change it step by step. With --short it is one .rego file with a folder of examples beside it.`,
		Example: "  plimline policy new approved-bases\n  plimline test\n  plimline lint --policy policies .",
		Args:    oneArgument("an id, such as approved-bases"),
		RunE:    func(_ *cobra.Command, args []string) error { return a.newPolicy(dir, args[0], short) },
	}
	cmd.Flags().StringVar(&dir, "dir", "policies", "the `FOLDER` that policies are in")
	cmd.Flags().BoolVar(&short, "short", false, "one file instead of a folder")
	return cmd
}

var policyID = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+$`)

func (a *app) newPolicy(dir, id string, short bool) error {
	if !policyID.MatchString(id) {
		return fmt.Errorf("%q is not an id: use two or more words of small letters and digits, with hyphens: approved-bases", id)
	}
	if catalog, err := a.catalog(&settingsOptions{noConfig: true}); err != nil {
		return err
	} else if _, taken := catalog.Rule(id); taken {
		return fmt.Errorf("%s is the id of one of plimline's own", id)
	}
	folder := filepath.Join(dir, id)
	rule, test := filepath.Join(folder, "rule.rego"), filepath.Join(folder, "rule_test.rego")
	text := policyText
	if short {
		rule, test = folder+".rego", folder+"_test.rego"
		text = shortText
	}
	files := []struct{ name, text string }{
		{rule, text}, {test, policyTest},
		{filepath.Join(folder, "bad.Dockerfile"), badExample}, {filepath.Join(folder, "good.Dockerfile"), goodExample},
	}
	if !short {
		files = append(files, struct{ name, text string }{filepath.Join(folder, "data.yaml"), policyData})
	}
	for _, f := range files {
		if _, err := os.Lstat(f.name); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s exists", filepath.ToSlash(f.name))
		}
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := replaceFile(f.name, []byte(strings.ReplaceAll(f.text, "POLICY-ID", id))); err != nil {
			return fmt.Errorf("write %s: %w", filepath.ToSlash(f.name), err)
		}
		fmt.Fprintf(a.stdout, "wrote %s\n", filepath.ToSlash(f.name))
	}
	fmt.Fprintf(a.stdout, "plimline test %s tests it, plimline lint --policy %[1]s uses it\n", filepath.ToSlash(dir))
	return nil
}

const policyHead = `# METADATA
# title: A base image that is not approved
# description: |
#   Say here what happens when this is ignored, and to whom one turns.
# custom:
#   severity: error
#   category: security
`

const policyText = policyHead + policyBody

const shortText = policyHead + `#   parameters:
#     images: [docker.io/library/alpine, gcr.io/distroless/*]
` + policyBody

const policyBody = `package plimline.policies["POLICY-ID"]

import data.plimline.lib

# One finding for each FROM that names an image which no pattern matches.
findings contains lib.at(stage.from, message) if {
	some stage in input.stages
	stage.from.kind == "image"
	not approved(stage.from.image)
	message := sprintf("%s is not approved", [stage.from.text])
}

approved(image) if {
	some pattern in data.plimline.parameters["POLICY-ID"].images
	glob.match(pattern, null, sprintf("%s/%s", [image.registry, image.repository]))
}
`

const policyData = `# Images that may be used, with registry and repository; * stands for anything.
images:
  - docker.io/library/alpine
  - gcr.io/distroless/*
`

const policyTest = `package plimline.policies["POLICY-ID_test"]

import data.plimline.policies["POLICY-ID"] as policy

# The documents of the examples are at hand by name.
test_one_finding if {
	count(policy.findings) == 1 with input as data.plimline.examples["POLICY-ID"].bad
}

test_parameter if {
	count(policy.findings) == 0 with input as data.plimline.examples["POLICY-ID"].bad
		with data.plimline.parameters["POLICY-ID"].images as ["*"]
}
`

const badExample = `FROM ubuntu:24.04
USER 65532:65532
CMD ["date"]
`

const goodExample = `FROM alpine:3.22
USER 65532:65532
CMD ["date"]
`

func (a *app) policyCheckCommand() *cobra.Command {
	var settings settingsOptions
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Check policies without running them",
		Long: `Compile policies strictly against the schema of the input document, and look for parameters that nothing reads.
A PATH is a folder, a .rego file or a bundle; without one, what plimline.yaml names.

Exit code: 0 all is well, 1 something is odd, 2 a policy cannot be used.`,
		RunE: func(_ *cobra.Command, args []string) error {
			engine, err := a.ownPolicies(&settings, args, nil)
			if err != nil {
				return err
			}
			out := report.Safe(a.stdout)
			for _, problem := range engine.Errors() {
				fmt.Fprintln(out, problem)
				a.code = ExitFailure
			}
			for _, advice := range engine.Advice() {
				fmt.Fprintln(out, advice)
				a.code = max(a.code, ExitFindings)
			}
			own := engine.Own()
			fmt.Fprintf(a.stdout, "%s checked\n", plurals(len(own)+len(engine.Errors()), "policy", "policies"))
			return nil
		},
	}
	settings.placeFlags(cmd.Flags())
	return cmd
}

func (a *app) policyExportCommand() *cobra.Command {
	var settings settingsOptions
	cmd := &cobra.Command{
		Use:   "export DIR [PATH...]",
		Short: "Write what other tools for Rego need",
		Long: `Write into DIR what opa, regal and editors need as files, and plimline itself does not: input.schema.json, its helpers as lib/*.rego, and in data.json
what policies see as data, the defaults of their parameters and the documents of their examples. A PATH is a folder, a .rego file or a bundle
of policies; without one, what plimline.yaml names, or the folder policies.`,
		Example: `  plimline policy export .plimline
  opa check --strict --schema .plimline/input.schema.json policies .plimline/lib
  opa test policies .plimline/lib .plimline/data.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("%s takes a folder, such as .plimline\nusage: %s", cmd.CommandPath(), cmd.UseLine())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.export(&settings, args[0], args[1:]) },
	}
	settings.placeFlags(cmd.Flags())
	return cmd
}

// export writes files into a folder, and touches no others there.
func (a *app) export(settings *settingsOptions, dir string, paths []string) error {
	write := func(name string, text []byte) error {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := replaceFile(name, text); err != nil {
			return fmt.Errorf("write %s: %w", filepath.ToSlash(name), source.Cause(err))
		}
		return nil
	}
	for _, pattern := range []string{"input.schema.json", "lib/*.rego"} {
		files, err := fs.Glob(policies.FS, pattern)
		if err != nil {
			return err
		}
		for _, file := range files {
			text, err := policies.FS.ReadFile(file)
			if err != nil {
				return err
			}
			if err := write(file, text); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(a.stdout, "wrote input.schema.json and lib to %s\n", filepath.ToSlash(dir))
	engine, err := a.ownPolicies(settings, paths, nil)
	if errors.Is(err, errNoPolicies) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, problem := range engine.Errors() {
		a.unusable(problem)
	}
	var data struct {
		Plimline struct {
			Parameters map[string]map[string]any                `json:"parameters"`
			Examples   map[string]map[string]*document.Document `json:"examples"`
		} `json:"plimline"`
	}
	data.Plimline.Parameters = map[string]map[string]any{}
	for _, own := range engine.Own() {
		if own.Parameters != nil {
			data.Plimline.Parameters[own.ID] = own.Parameters
		}
	}
	if _, data.Plimline.Examples, err = a.testExamples(engine, regexp.MustCompile(""), false); err != nil {
		return err
	}
	text, err := json.MarshalIndent(data, "", "  ")
	if err != nil {
		return err
	}
	if err := write("data.json", append(text, '\n')); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "wrote parameters and examples of %s to %s\n", plurals(len(engine.Own()), "policy", "policies"), filepath.ToSlash(filepath.Join(dir, "data.json")))
	return nil
}

var errNoPolicies = errors.New("no policies: name a folder or a .rego file, or list them in plimline.yaml under policies")

// ownPolicies loads plimline's rules and the user's policies: those at the paths, or those that the configuration of this folder names.
func (a *app) ownPolicies(settings *settingsOptions, paths []string, coverage *policy.Coverage) (*policy.Engine, error) {
	var places []config.Place
	for _, path := range append(paths, settings.choices.Policies...) {
		places = append(places, config.Place{Ref: path})
	}
	if len(places) == 0 {
		rules, err := a.rules(settings)
		if err != nil {
			return nil, err
		}
		c, err := rules.configs.Config("Dockerfile")
		if err != nil {
			return nil, err
		}
		places = c.Policies()
	}
	if len(places) == 0 {
		if info, err := os.Stat("policies"); err != nil || !info.IsDir() {
			return nil, errNoPolicies
		}
		places = []config.Place{{Ref: "policies"}}
	}
	var sources []policy.Source
	open := a.source(&settings.share)
	for _, place := range config.Unique(places) {
		source, err := open(place)
		if err != nil {
			return nil, err
		}
		sources = append(sources, source)
	}
	return policy.LoadCovered(a.ctx, coverage, sources...)
}

func plurals(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
