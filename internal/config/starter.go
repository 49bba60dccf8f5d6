package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/finding"
)

const starterTop = `# yaml-language-server: $schema=https://raw.githubusercontent.com/plimline/plimline/main/plimline.schema.json
#
# plimline reads the nearest plimline.yaml above each Dockerfile, up to the top of the repository.
# Rules are named by id, by another tool's code (DL3006), by category, or all at once: rules, policies, all.

# The least severity that makes the exit code 1: note, warning, error or never.
fail-on: warning

# Run these only.
#select: [all]

# Do not run these. For a single place, write a comment above it: # plimline ignore=%[1]s why
#ignore: [%[1]s]

# How bad findings are: off, note, warning or error.
#severity:
#  %[1]s: error

# Leave these out when searching folders. Patterns are relative to this file; ** crosses folders.
#exclude: ["third_party/**"]

# Compose and Bake files that say how the Dockerfiles of this folder are built: with what target, arguments and context.
#inputs: [compose.yaml, docker-bake.hcl]

# The stage that is built (--target) and values of ARGs (--build-arg).
#target: production
#build-args:
#  VERSION: "1.0"
`

const starterEnd = `
# Other choices for some files; of several that match, a later one wins.
#overrides:
#  - files: ["dev/**", "*.dev.Dockerfile"]
#    ignore: [%[1]s]
`

// Starter is a configuration file to begin with. Everything in it is a default or, behind "#", an
// example; prose stands behind "# ".
func Starter(cat *finding.Catalog) string {
	example := "all"
	if rules := cat.Rules(); len(rules) > 0 {
		example = rules[0].ID
	}
	var b strings.Builder
	fmt.Fprintf(&b, starterTop, example)
	var silent []string
	heading := "\n# What the policies ask for. These are the defaults.\n#policies:\n"
	for _, r := range cat.Rules() {
		if len(r.NeedsParameters) > 0 {
			silent = append(silent, r.ID)
		}
		if len(r.Parameters) == 0 || len(r.NeedsParameters) > 0 {
			continue
		}
		b.WriteString(heading)
		heading = ""
		fmt.Fprintf(&b, "#  %s:\n", r.ID)
		for _, name := range slices.Sorted(maps.Keys(r.Parameters)) {
			for line := range strings.Lines(asYAML(name, r.Parameters[name])) {
				b.WriteString("#    " + line)
			}
		}
	}
	if len(silent) > 0 {
		fmt.Fprintf(&b, "# Others ask for nothing until they are told what; plimline explain %s shows how:\n", silent[0])
		for line := range slices.Chunk(silent, 6) {
			fmt.Fprintf(&b, "# %s\n", strings.Join(line, ", "))
		}
	}
	fmt.Fprintf(&b, starterEnd, example)
	return b.String()
}

// asYAML is "name: value". A default that YAML cannot hold is left out; the policy's page has it.
func asYAML(name string, value any) string {
	var b strings.Builder
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(map[string]any{name: value}); err != nil {
		return ""
	}
	return b.String()
}
