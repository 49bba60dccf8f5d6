package buildcontext_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/plimline/plimline/internal/buildcontext"
)

func TestRead(t *testing.T) {
	for name, tt := range map[string]struct {
		files      map[string]string
		file       string
		repository bool
		ignored    []string
		taken      []string
	}{
		"nothing":    {taken: []string{"a", ".git", "/"}},
		"repository": {files: map[string]string{".git/HEAD": "x"}, repository: true},
		"patterns": {
			files:   map[string]string{".git/HEAD": "x", ".dockerignore": "# comment\n.git\nvendor/\n**/*.md\n!README.md\n"},
			file:    ".dockerignore",
			ignored: []string{".git", "vendor", "vendor/a/b.go", "/vendor", "docs/a.md"},
			taken:   []string{"README.md", "main.go", ".", "/", "vendored"},
		},
		"everything but": {
			files:   map[string]string{".dockerignore": "*\n!cmd\n"},
			file:    ".dockerignore",
			ignored: []string{"go.mod"},
			taken:   []string{"cmd", "cmd/main.go", "/"},
		},
		"an exception in a folder": {
			files:   map[string]string{".dockerignore": "docs\nvendor\n!docs/README.md\n"},
			file:    ".dockerignore",
			ignored: []string{"vendor", "docs/a.md"},
			taken:   []string{"docs", "docs/README.md"},
		},
		"an exception anywhere": {
			files: map[string]string{".dockerignore": "docs\n!**/*.md\n"},
			file:  ".dockerignore",
			taken: []string{"docs"},
		},
		"of one Dockerfile": {
			files:   map[string]string{".dockerignore": "a\n", "x.Dockerfile.dockerignore": "b\n"},
			file:    "x.Dockerfile.dockerignore",
			ignored: []string{"b"},
			taken:   []string{"a"},
		},
		"broken": {files: map[string]string{".dockerignore": "[\n"}, file: ".dockerignore", taken: []string{"["}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range tt.files {
				file = filepath.Join(dir, file)
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			f := buildcontext.Context{Dir: dir, Dockerfile: filepath.Join(dir, "x.Dockerfile")}.Read()
			if f.IgnoreFile != tt.file || f.Repository != tt.repository {
				t.Errorf("file %q, repository %v", f.IgnoreFile, f.Repository)
			}
			for _, path := range tt.ignored {
				if !f.Ignored(path) {
					t.Errorf("%s is not left out", path)
				}
			}
			for _, path := range tt.taken {
				if f.Ignored(path) {
					t.Errorf("%s is left out", path)
				}
			}
		})
	}
	none := buildcontext.Context{}.Read()
	if none != nil || none.Ignored("a") {
		t.Error("no context has files")
	}
}
