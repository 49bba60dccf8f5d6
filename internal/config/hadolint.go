package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/finding"
)

// hadolintConfig is a .hadolint.yaml, as far as it says what is reported.
type hadolintConfig struct {
	Threshold    string              `yaml:"failure-threshold"`
	NoFail       bool                `yaml:"no-fail"`
	Ignored      []string            `yaml:"ignored"`
	Override     map[string][]string `yaml:"override"`
	Registries   stringList          `yaml:"trustedRegistries"`
	Labels       map[string]string   `yaml:"label-schema"`
	StrictLabels bool                `yaml:"strict-labels"`
	NoPragmas    bool                `yaml:"disable-ignore-pragma"`
	Format       string              `yaml:"format"`
	Formats      []any               `yaml:"formats"`
	NoColor      bool                `yaml:"no-color"`
	Verbose      bool                `yaml:"verbose"`
}

// stringList is a list, or one text in its place.
type stringList []string

// UnmarshalYAML takes both.
func (l *stringList) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*l = stringList{n.Value}
		return nil
	}
	var list []string
	err := n.Decode(&list)
	*l = list
	return err
}

// hadolintOff are the codes that hadolint leaves out unless they are asked for.
var hadolintOff = []string{"DL1001", "DL3057"}

// FromHadolint makes a plimline.yaml of a .hadolint.yaml: what it reports is reported, with comments on what differs.
func FromHadolint(name string, content []byte, cat *finding.Catalog) (string, error) {
	var c hadolintConfig
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		var wrong *yaml.TypeError
		if errors.As(err, &wrong) {
			// "line 1: field ignore not found in type config.hadolintConfig"
			text, _, _ := strings.Cut(fmt.Sprint(wrong.Errors[0]), " in type ")
			return "", fmt.Errorf("%s: %s", name, text)
		}
		return "", fmt.Errorf("%s: %w", name, err)
	}
	w := &hadolintWriter{cat: cat}
	w.line("# Made from %s by plimline init --from-hadolint. Read the comments, then drop what you do not need.", name)
	w.line("")
	w.threshold(c)
	w.selected(c)
	w.ignored(c.Ignored)
	w.overrides(c.Override)
	w.policies(c)
	if c.NoPragmas {
		w.line("\n# disable-ignore-pragma has no counterpart: select foreign-ignore to have such comments reported.")
	}
	if c.Format != "" || len(c.Formats) > 0 || c.NoColor || c.Verbose {
		w.line("\n# The format, colour and verbosity are flags of the command: plimline lint --format json --color never.")
	}
	return w.text.String(), nil
}

type hadolintWriter struct {
	cat  *finding.Catalog
	text strings.Builder
}

func (w *hadolintWriter) line(format string, args ...any) { fmt.Fprintf(&w.text, format+"\n", args...) }

func (w *hadolintWriter) threshold(c hadolintConfig) {
	switch {
	case c.NoFail:
		w.line("fail-on: never")
	case c.Threshold == "error" || c.Threshold == "warning":
		w.line("fail-on: %s", c.Threshold)
	case c.Threshold == "none" || c.Threshold == "ignore":
		w.line("# hadolint fails at everything with %q.", c.Threshold)
		w.line("fail-on: note")
	default:
		w.line("# hadolint's info and style are notes here.")
		w.line("fail-on: note")
	}
}

// selected turns on what hadolint reports and the default set does not have.
func (w *hadolintWriter) selected(c hadolintConfig) {
	skip := slices.Clone(hadolintOff)
	for _, codes := range c.Override {
		skip = slices.DeleteFunc(skip, func(code string) bool { return slices.Contains(codes, code) })
	}
	var ids []string
	for _, r := range w.cat.Rules() {
		if r.Set == finding.SetDefault {
			continue
		}
		for _, alias := range r.Aliases {
			code, ok := strings.CutPrefix(alias, "hadolint/")
			if ok && !slices.Contains(skip, code) && !slices.Contains(c.Ignored, code) && !slices.Contains(ids, r.ID) {
				ids = append(ids, r.ID)
			}
		}
	}
	w.line("\n# plimline's default set, and what hadolint reports beyond it.")
	w.line("select:\n  - default")
	for _, id := range ids {
		w.line("  - %s", id)
	}
}

// known sorts codes into those that name rules here, in order, and the others.
func (w *hadolintWriter) known(codes []string) (known, other []string) {
	for _, code := range codes {
		if w.cat.Resolve("hadolint/"+code) == nil && w.cat.Resolve("shellcheck/"+code) == nil {
			other = append(other, code)
		} else {
			known = append(known, code)
		}
	}
	return known, other
}

func (w *hadolintWriter) ignored(codes []string) {
	known, other := w.known(codes)
	if len(known) > 0 {
		w.line("\nignore:")
	}
	for _, code := range known {
		w.line("  - %s # %s", code, strings.Join(w.cat.Resolve(code), ", "))
	}
	if len(other) > 0 {
		w.line("# Ignored by hadolint, and no rule here: %s.", strings.Join(other, ", "))
	}
}

func (w *hadolintWriter) overrides(override map[string][]string) {
	first := true
	for _, level := range []string{"error", "warning", "info", "style"} {
		known, other := w.known(override[level])
		severity := level
		if level == "info" || level == "style" {
			severity = "note"
		}
		for _, code := range known {
			if first {
				w.line("\nseverity:")
				first = false
			}
			w.line("  %s: %s # %s", code, severity, strings.Join(w.cat.Resolve(code), ", "))
		}
		if len(other) > 0 {
			w.line("# %s in hadolint, and no rule here: %s.", level, strings.Join(other, ", "))
		}
	}
}

func (w *hadolintWriter) policies(c hadolintConfig) {
	if len(c.Registries) == 0 && len(c.Labels) == 0 {
		return
	}
	w.line("\npolicies:")
	if len(c.Registries) > 0 {
		w.line("  # A pattern may also name the beginning of a repository: docker.io/library.")
		w.line("  allowed-registries:\n    allow:")
		for _, registry := range c.Registries {
			w.line("      - %s", quoted(registry))
		}
	}
	if len(c.Labels) == 0 {
		return
	}
	labels := slices.Sorted(maps.Keys(c.Labels))
	w.line("  # hadolint asks every stage that no other is built on for its labels; without every-stage it is the final one alone.")
	w.line("  required-labels:\n    every-stage: true\n    labels:")
	for _, label := range labels {
		w.line("      - %s", quoted(label))
	}
	w.line("  label-format:\n    formats:")
	for _, label := range labels {
		format := c.Labels[label]
		if format == "" {
			format = "text"
		}
		w.line("      %s: %s", quoted(label), quoted(format))
	}
	if c.StrictLabels {
		w.line("  declared-labels:\n    labels:")
		for _, label := range labels {
			w.line("      - %s", quoted(label))
		}
	}
}

// quoted is a text as YAML has it.
func quoted(text string) string {
	out, err := yaml.Marshal(text)
	if err != nil {
		return fmt.Sprintf("%q", text)
	}
	return strings.TrimSpace(string(out))
}
