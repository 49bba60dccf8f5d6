// Package spec reads the examples in a rule's folder and makes the rule's page from them.
package spec

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/finding"
)

// Example is a Dockerfile in a rule's folder.
type Example struct {
	File string // such as "bad-through-arg.Dockerfile", or "bad-net/Dockerfile" for one with a build context
	Bad  bool   // the rule finds something in it
	Text []byte
	// Files are the others in its build context, sorted by name.
	Files []File
}

// File is a file of a build context.
type File struct {
	Name string
	Text []byte
}

func (f File) language() string {
	switch path.Ext(f.Name) {
	case ".go":
		return "go"
	case ".yaml":
		return "yaml"
	}
	return "text"
}

// Title is what the page calls the example: the words of its file name.
func (e Example) Title() string {
	name := e.Name()
	kind, words, _ := strings.Cut(name, "-")
	title := strings.ToUpper(kind[:1]) + kind[1:]
	if words != "" {
		title += ": " + strings.ReplaceAll(words, "-", " ")
	}
	return title
}

// Name is the file name without its ending, or the folder's: "bad-through-arg".
func (e Example) Name() string {
	if dir, ok := strings.CutSuffix(e.File, "/Dockerfile"); ok {
		return dir
	}
	return strings.TrimSuffix(e.File, ".Dockerfile")
}

// Context is the folder of the build context in the rule's folder, "" when the example has none.
func (e Example) Context() string {
	dir, ok := strings.CutSuffix(e.File, "/Dockerfile")
	if !ok {
		return ""
	}
	return dir
}

// Examples reads the examples of a rule's folder: bad ones first, the plain one before its variants.
func Examples(folder fs.FS) ([]Example, error) {
	names, err := fs.Glob(folder, "*.Dockerfile")
	if err != nil {
		return nil, err
	}
	folders, err := fs.Glob(folder, "*/Dockerfile")
	if err != nil {
		return nil, err
	}
	var out []Example
	for _, name := range append(names, folders...) {
		kind, _, _ := strings.Cut(Example{File: name}.Name(), "-")
		if kind != "bad" && kind != "good" {
			return nil, fmt.Errorf("%s: an example is called bad or good, or bad-CASE or good-CASE", name)
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		e := Example{File: name, Bad: kind == "bad", Text: text}
		if e.Files, err = contextFiles(folder, e.Context()); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b Example) int {
		return strings.Compare(a.Name(), b.Name())
	})
	return out, nil
}

// Page is a rule's README.md, which says what made it when by is not empty. render gives the report on an example: the findings of this rule alone, as text.
// mend gives the example with the rule's fixes made, and the command that makes them; "" when there are none.
func Page(by string, rule finding.Rule, parameters string, examples []Example, render func(Example) (string, error), mend func(Example) (text, command string)) ([]byte, error) {
	var b bytes.Buffer
	if by != "" {
		fmt.Fprintf(&b, "<!-- Generated from the rule and its examples; %s -->\n\n", by)
	}
	fmt.Fprintf(&b, "# %s\n\n", rule.ID)
	fmt.Fprintf(&b, "**%s**\n\n", rule.Title)
	facts := []string{string(rule.Kind), "severity " + rule.Severity.String(), "set " + rule.Set.String(), rule.Category}
	if rule.Since != "" {
		facts = append(facts, "since "+rule.Since)
	}
	fmt.Fprintf(&b, "%s\n\n", strings.Join(facts, " · "))
	if text := strings.TrimSpace(rule.Description); text != "" {
		fmt.Fprintf(&b, "%s\n\n", text)
	}
	if parameters != "" {
		fmt.Fprintf(&b, "## Parameters\n\nThe defaults; `policies: {%s: {...}}` in plimline.yaml replaces them one by one.%s\n\n```yaml\n%s```\n\n", rule.ID, silentWithout(rule.NeedsParameters), parameters)
	}
	shown := map[string]string{} // files by name
	for _, e := range examples {
		fmt.Fprintf(&b, "## %s\n\n%s", e.Title(), fence("dockerfile", e.Text))
		for _, f := range e.Files {
			if text, again := shown[f.Name]; again && text == string(f.Text) {
				fmt.Fprintf(&b, "`%s` as above.\n\n", f.Name)
				continue
			}
			shown[f.Name] = string(f.Text)
			fmt.Fprintf(&b, "`%s`:\n\n%s", f.Name, fence(f.language(), f.Text))
		}
		if e.Bad {
			text, err := render(e)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", e.File, err)
			}
			fmt.Fprintf(&b, "%s", fence("text", []byte(text)))
			if text, command := mend(e); text != "" {
				fmt.Fprintf(&b, "`%s` makes of it:\n\n%s", command, fence("dockerfile", []byte(text)))
			}
		}
	}
	if len(rule.Differs) > 0 {
		fmt.Fprintf(&b, "## Where others answer otherwise\n\n")
		for _, text := range rule.Differs {
			fmt.Fprintf(&b, "- %s\n", strings.ReplaceAll(text, "\n", "\n  "))
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "## Suppress\n\n```dockerfile\n# plimline ignore=%s and the reason\n```\n", rule.ID)
	if len(rule.Aliases) > 0 {
		fmt.Fprintf(&b, "\nOther tools' names for it, which work in their own comments and after `ignore=`: %s.\n", codes(rule.Aliases))
	}
	if len(rule.Links) > 0 {
		fmt.Fprintf(&b, "\n## Links\n\n")
		for _, link := range rule.Links {
			fmt.Fprintf(&b, "- <%s>\n", link)
		}
	}
	return b.Bytes(), nil
}

// silentWithout says which parameters a policy waits for.
func silentWithout(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " Nothing is reported until there is something in " + strings.Join(strings.Split(codes(names), ", "), " or ") + "."
}

// fence is a code block that nothing in the text can close.
func fence(language string, text []byte) string {
	bar := "```"
	for bytes.Contains(text, []byte(bar)) {
		bar += "`"
	}
	return fmt.Sprintf("%s%s\n%s\n%s\n\n", bar, language, bytes.TrimRight(text, "\n"), bar)
}

func codes(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = "`" + w + "`"
	}
	return strings.Join(out, ", ")
}

// Folders lists the rule folders of a file system: those with a rule.rego.
func Folders(fsys fs.FS) ([]string, error) {
	files, err := fs.Glob(fsys, "*/rule.rego")
	if err != nil {
		return nil, err
	}
	for i, file := range files {
		files[i] = path.Dir(file)
	}
	return files, nil
}

// contextFiles reads the files beside an example's Dockerfile.
func contextFiles(folder fs.FS, dir string) ([]File, error) {
	if dir == "" {
		return nil, nil
	}
	var out []File
	err := fs.WalkDir(folder, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == dir+"/Dockerfile" {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		// git keeps no .git.
		out = append(out, File{strings.Replace(strings.TrimPrefix(name, dir+"/"), "dot.git", ".git", 1), text})
		return err
	})
	return out, err
}
