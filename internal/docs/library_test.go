package docs

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const libraryIntro = `# lib: helpers for policies

` + "`import data.plimline.lib`" + ` brings them. They are Rego, in [policies/lib](../policies/lib), and read the [input document](input.md); helpers of your own
are packages ` + "`plimline.lib.NAME`" + ` beside your policies.

`

// helper is a rule of the library: its head, and the comment above.
type helper struct {
	name, head, about string
}

var (
	headOf   = regexp.MustCompile(`^([a-z_]+)(\([^)]*\))?( contains\b| :=| if\b|\[)`)
	sections = []string{"lib", "facts", "images", "packages", "shell", "fixes", "releases", "official_images", "spdx"}
)

// TestLibrary makes docs/library.md from the comments in policies/lib. A helper without one is the library's own business.
func TestLibrary(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(generated + libraryIntro)
	files, err := filepath.Glob(root + "policies/lib/*.rego")
	if err != nil || len(files) != len(sections) {
		t.Fatalf("policies/lib has %d files, and %d are in order here: %v", len(files), len(sections), err)
	}
	for _, section := range sections {
		title, helpers := library(string(read(t, "policies/lib/"+section+".rego")))
		if title == "" {
			t.Errorf("%s.rego has no title above its package", section)
		}
		fmt.Fprintf(&b, "## %s\n\n", title)
		for _, h := range helpers {
			fmt.Fprintf(&b, "### lib.%s\n\n%s\n\n", h.head, h.about)
			if users := usersOf(t, h.name); len(users) > 0 {
				fmt.Fprintf(&b, "Used in %s.\n\n", strings.Join(users, ", "))
			}
		}
	}
	golden(t, "docs/library.md", append(bytes.TrimRight(b.Bytes(), "\n"), '\n'))
}

func library(text string) (title string, helpers []helper) {
	var comment []string
	var seen []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if words, ok := strings.CutPrefix(line, "#"); ok {
			comment = append(comment, strings.TrimSpace(words))
			continue
		}
		head := headOf.FindStringSubmatch(line)
		switch {
		case strings.HasPrefix(line, "package "):
			title = strings.Join(comment, " ")
		case head != nil && !slices.Contains(seen, head[1]):
			seen = append(seen, head[1])
			if len(comment) > 0 {
				helpers = append(helpers, helper{head[1], head[1] + head[2], strings.Join(comment, " ")})
			}
		}
		comment = nil
	}
	return title, helpers
}

// usersOf are links to at most three rules and policies that use a helper, the shortest first: they are the easiest to read.
func usersOf(t *testing.T, name string) []string {
	t.Helper()
	use := regexp.MustCompile(`\blib\.` + name + `\b`)
	type user struct {
		path string
		size int
	}
	var users []user
	for _, folder := range []string{"rules", "policies"} {
		files, err := filepath.Glob(root + folder + "/*/rule.rego")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			path := filepath.ToSlash(strings.TrimPrefix(file, root))
			if text := read(t, path); use.Match(text) {
				users = append(users, user{path, len(text)})
			}
		}
	}
	slices.SortStableFunc(users, func(a, b user) int { return a.size - b.size })
	var out []string
	for _, u := range users[:min(3, len(users))] {
		out = append(out, fmt.Sprintf("[%s](../%s)", filepath.Base(filepath.Dir(u.path)), u.path))
	}
	return out
}
