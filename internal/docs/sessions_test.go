package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// TestFirstPolicy does what docs/first-policy.md says, in an empty folder: it writes the files and runs the commands.
func TestFirstPolicy(t *testing.T) {
	blocks := parse("docs/first-policy.md", string(read(t, "docs/first-policy.md")))
	t.Chdir(t.TempDir())
	t.Setenv("NO_COLOR", "1")
	commands, files := 0, 0
	for _, b := range blocks {
		switch {
		case b.language == "console":
			commands += b.run(t)
		case b.file != "":
			files++
			b.write(t)
		}
	}
	if commands < 10 || files < 8 {
		t.Errorf("%d commands and %d files: the page is not read as it is written", commands, files)
	}
}

// TestReadme runs the commands whose output README.md shows.
func TestReadme(t *testing.T) {
	page := string(read(t, "README.md"))
	t.Chdir("../..")
	t.Setenv("NO_COLOR", "1")
	commands := 0
	for _, b := range parse("README.md", page) {
		if b.language == "console" {
			commands += b.run(t)
		}
	}
	if commands < 2 {
		t.Errorf("%d commands: the page is not read as it is written", commands)
	}
}

// block is a fenced block, with the file that the paragraph above names: its last word in backticks, in front of a colon.
type block struct {
	page     string
	line     int
	language string
	file     string
	text     string
}

var fileOf = regexp.MustCompile("`([^`]+)`:$")

func parse(name, page string) []block {
	var out []block
	var open *block
	paragraph := ""
	for i, line := range strings.Split(page, "\n") {
		switch {
		case open != nil && line == "```":
			out, open = append(out, *open), nil
			paragraph = ""
		case open != nil:
			open.text += line + "\n"
		case strings.HasPrefix(line, "```"):
			open = &block{page: name, line: i + 1, language: line[3:]}
			if found := fileOf.FindStringSubmatch(paragraph); found != nil {
				open.file = found[1]
			}
		case line != "":
			paragraph = line
		}
	}
	return out
}

func (b block) write(t *testing.T) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(b.file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.file, []byte(b.text), 0o644); err != nil {
		t.Fatal(err)
	}
	var any any
	if err := yaml.Unmarshal([]byte(b.text), &any); b.language == "yaml" && err != nil {
		t.Errorf("%s:%d: %v", b.page, b.line, err)
	}
}

// run runs the commands behind "$ " and compares what they print, errors too. It returns how many there are.
func (b block) run(t *testing.T) int {
	t.Helper()
	sessions := strings.Split("\n"+b.text, "\n$ ")[1:]
	for _, session := range sessions {
		command, want, _ := strings.Cut(strings.TrimSuffix(session, "\n"), "\n")
		cmd := exec.Command("sh", "-c", command+" 2>&1")
		got, err := cmd.Output()
		if _, exited := err.(*exec.ExitError); err != nil && !exited {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimRight(want, "\n"), strings.TrimRight(string(got), "\n")); diff != "" {
			t.Errorf("%s:%d: $ %s (-page +plimline)\n%s", b.page, b.line, command, diff)
		}
	}
	return len(sessions)
}
