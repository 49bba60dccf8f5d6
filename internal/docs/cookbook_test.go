package docs

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/spec"
)

const cookbookIntro = `# Cookbook: what organisations ask for

These policies come with plimline and are data to you: put what you ask for into plimline.yaml. Those that need a list say nothing until they have
one. Each name leads to its page with more examples, and to the Rego it is made of, for a policy of your own that is nearly the same:
[your first policy](first-policy.md) takes five minutes.

In patterns, * stands for anything; ` + "`golang`" + ` is the official image, ` + "`golang:1.2?-*`" + ` takes the tag into account, ` + "`registry.example.com/base/*`" + ` and
` + "`docker.io/library/*`" + ` are what they look like. ` + "`overrides`" + ` has other parameters for some files.

`

// categories in the order of the page.
var categories = []struct{ name, title string }{
	{"security", "Security"}, {"reproducibility", "The same image tomorrow"}, {"operation", "Running it"}, {"size", "Size"}, {"correctness", "Go programs"},
}

// TestCookbook makes docs/cookbook.md from the policies' metadata and examples, and loads every configuration in it.
func TestCookbook(t *testing.T) {
	engine, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	catalog := engine.Catalog()
	var table, entries bytes.Buffer
	missing := 0
	for _, rule := range catalog.Rules() {
		if rule.Kind == finding.KindPolicy {
			missing++
		}
	}
	for _, category := range categories {
		fmt.Fprintf(&entries, "## %s\n\n", category.title)
		for _, rule := range catalog.Rules() {
			if rule.Kind == finding.KindPolicy && rule.Category == category.name {
				missing--
				fmt.Fprintf(&table, "| [%s](#%[1]s) | %s | %s |\n", rule.ID, rule.Title, parameters(rule))
				entry(t, &entries, rule, catalog)
			}
		}
	}
	if missing != 0 {
		t.Errorf("%d policies are of a category that is not in the page", missing)
	}
	var b bytes.Buffer
	b.WriteString(generated + cookbookIntro)
	fmt.Fprintf(&b, "| policy | what it reports | parameters |\n| --- | --- | --- |\n%s\n%s", table.Bytes(), entries.Bytes())
	together := read(t, "docs/organisation.yaml")
	valid(t, "docs/organisation.yaml", together, catalog)
	fmt.Fprintf(&b, "## All together\n\n```yaml\n%s```\n", together)
	golden(t, "docs/cookbook.md", b.Bytes())
}

func parameters(rule finding.Rule) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(rule.Parameters)) {
		names = append(names, "`"+name+"`")
	}
	return strings.Join(names, ", ")
}

// entry is what a policy is for, how it is asked for, and what it says then: of its first bad example, or the first with a configuration.
func entry(t *testing.T, b *bytes.Buffer, rule finding.Rule, catalog *finding.Catalog) {
	t.Helper()
	examples, err := spec.Examples(os.DirFS(root + "policies/" + rule.ID))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(b, "### %s\n\n%s\n[Page](../policies/%[1]s/README.md), [Rego](../policies/%[1]s/rule.rego).\n\n", rule.ID, strings.TrimSpace(rule.Description))
	snippet := fmt.Appendf(nil, "severity:\n  %s: error\n", rule.ID)
	var example spec.Example
	for _, e := range examples {
		if example.File == "" && e.Bad {
			example = e
		}
		for _, f := range e.Files {
			if e.Bad && f.Name == "plimline.yaml" && (len(example.Files) == 0 || example.File == e.File) {
				example, snippet = e, f.Text
			}
		}
	}
	valid(t, rule.ID, snippet, catalog)
	fmt.Fprintf(b, "```yaml\n%s```\n\n", snippet)
	page := string(read(t, "policies/"+rule.ID+"/README.md"))
	_, said, ok := strings.Cut(page, "```text\n"+example.File+":")
	if !ok {
		t.Fatalf("%s: its page has no finding in %s", rule.ID, example.File)
	}
	said, _, _ = strings.Cut(said, "\n```")
	fmt.Fprintf(b, "```text\n%s:%s\n```\n\n", example.File, said)
}

// valid loads a configuration as plimline does.
func valid(t *testing.T, name string, text []byte, catalog *finding.Catalog) {
	t.Helper()
	if _, err := config.Parse("plimline.yaml", text, catalog); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}
