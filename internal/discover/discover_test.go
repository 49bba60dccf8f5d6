package discover

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v3"
)

// tree unpacks an archive into a new folder and makes that the working directory.
func tree(t testing.TB, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		write(t, filepath.Join(dir, f.Name), string(f.Data))
	}
	t.Chdir(dir)
	return dir
}

func write(t testing.TB, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

const project = `
-- Dockerfile --
-- README.md --
-- app/Dockerfile.dev --
-- app/main.go --
-- app/dockerfile.go --
-- build/out/Dockerfile --
-- deploy/api.Dockerfile --
-- deploy/notes --
-- .gitignore --
/build/
-- .hidden/Containerfile --
`

const modules = `
-- go/vendor/modules.txt --
-- go/vendor/example.com/x/Dockerfile --
-- php/vendor/autoload.php --
-- php/vendor/x/y/Dockerfile --
-- web/node_modules/x/Dockerfile --
-- vendor/ours/Dockerfile --
`

func TestFiles(t *testing.T) {
	tests := []struct {
		name    string
		archive string
		args    []string
		opts    Options
		want    []string
		errs    []string
	}{
		{
			name:    "a folder",
			archive: project,
			args:    []string{"."},
			want:    []string{".hidden/Containerfile", "Dockerfile", "app/Dockerfile.dev", "deploy/api.Dockerfile"},
		},
		{
			name:    "without .gitignore",
			archive: project,
			args:    []string{"."},
			opts:    Options{NoGitignore: true},
			want: []string{
				".hidden/Containerfile", "Dockerfile", "app/Dockerfile.dev", "build/out/Dockerfile", "deploy/api.Dockerfile",
			},
		},
		{
			name:    "a named file is taken whatever its name, also when excluded or ignored",
			archive: project,
			args:    []string{"deploy/notes", "app/main.go", "build/out/Dockerfile"},
			opts:    Options{Exclude: func(string, bool) bool { return true }},
			want:    []string{"app/main.go", "build/out/Dockerfile", "deploy/notes"},
		},
		{
			name:    "a named folder is searched even when ignored",
			archive: project,
			args:    []string{"build"},
			want:    []string{"build/out/Dockerfile"},
		},
		{
			name:    "sorted, cleaned, each once",
			archive: project,
			args:    []string{"./deploy/", "./Dockerfile", "Dockerfile", "app/../Dockerfile", "app", "deploy/api.Dockerfile"},
			want:    []string{"Dockerfile", "app/Dockerfile.dev", "deploy/api.Dockerfile"},
		},
		{
			name:    "exclude",
			archive: project,
			args:    []string{"."},
			opts: Options{Exclude: func(p string, dir bool) bool {
				return p == "deploy" && dir || p == "Dockerfile" && !dir
			}},
			want: []string{".hidden/Containerfile", "app/Dockerfile.dev"},
		},
		{
			name:    "what is not there",
			archive: project,
			args:    []string{"nowhere/Dockerfile", "app"},
			want:    []string{"app/Dockerfile.dev"},
			errs:    []string{"nowhere/Dockerfile: no such file or directory"},
		},
		{name: "nothing", archive: project},
		{
			name: "nested files, negation, anchors",
			archive: `
-- .git/HEAD --
-- .git/Dockerfile --
-- .git/info/exclude --
private
-- .gitignore --
*.Dockerfile
!keep.Dockerfile
/only-top
docs/*
!docs/kept
# Containerfile
\#odd
-- a.Dockerfile --
-- keep.Dockerfile --
-- only-top/Dockerfile --
-- sub/only-top/Dockerfile --
-- sub/.gitignore --
!b.Dockerfile
keep.Dockerfile
-- sub/b.Dockerfile --
-- sub/c.Dockerfile --
-- sub/keep.Dockerfile --
-- docs/gone/Dockerfile --
-- docs/kept/Dockerfile --
-- private/Dockerfile --
-- #odd/Dockerfile --
-- Containerfile --
`,
			args: []string{"."},
			want: []string{
				"Containerfile", "docs/kept/Dockerfile", "keep.Dockerfile", "sub/b.Dockerfile", "sub/only-top/Dockerfile",
			},
		},
		{
			name: "files above count up to the top of the repository",
			archive: `
-- .gitignore --
kept
-- repo/.git/HEAD --
-- repo/.git/info/exclude --
excluded
-- repo/.gitignore --
gone
/a/anchored
-- repo/a/b/gone/Dockerfile --
-- repo/a/b/excluded/Dockerfile --
-- repo/a/b/kept/Dockerfile --
-- repo/a/anchored/Dockerfile --
-- repo/a/b/anchored/Dockerfile --
`,
			args: []string{"repo/a"},
			want: []string{"repo/a/b/anchored/Dockerfile", "repo/a/b/kept/Dockerfile"},
		},
		{
			name: "a repository within a repository has its own",
			archive: `
-- .git/HEAD --
-- .gitignore --
build
-- build/Dockerfile --
-- module/.git --
gitdir: ../.git/modules/module
-- .git/modules/module/info/exclude --
secret
-- module/build/Dockerfile --
-- module/secret/Dockerfile --
`,
			args: []string{"."},
			want: []string{"module/build/Dockerfile"},
		},
		{
			name: "a linked work tree reads the exclude file of its repository",
			archive: `
-- main/.git/info/exclude --
secret
-- main/.git/worktrees/w/commondir --
../..
-- w/.git --
gitdir: ../main/.git/worktrees/w
-- w/secret/Dockerfile --
-- w/Dockerfile --
`,
			args: []string{"w"},
			want: []string{"w/Dockerfile"},
		},
		{
			name: "outside a repository .gitignore counts in the folder that is searched",
			archive: `
-- .gitignore --
x
-- sub/.gitignore --
y
-- sub/x/Dockerfile --
-- sub/y/Dockerfile --
`,
			args: []string{"sub"},
			want: []string{"sub/x/Dockerfile"},
		},
		{
			name:    "other people's modules are left out",
			archive: modules,
			args:    []string{"."},
			opts:    Options{NoGitignore: true},
			want:    []string{"vendor/ours/Dockerfile"},
		},
		{
			name:    "unless they are named",
			archive: modules,
			args:    []string{"go/vendor", "web/node_modules/x/Dockerfile"},
			want:    []string{"go/vendor/example.com/x/Dockerfile", "web/node_modules/x/Dockerfile"},
		},
		{
			name:    "by somebody, and not by a hook",
			archive: modules,
			args:    []string{"go/vendor/example.com/x/Dockerfile", "vendor/ours/Dockerfile", "web/node_modules/x/Dockerfile"},
			opts:    Options{ForceExclude: true},
			want:    []string{"vendor/ours/Dockerfile"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree(t, tt.archive)
			got, errs := Files(tt.args, tt.opts)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.errs, texts(errs)); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}

func texts(errs []error) []string {
	var out []string
	for _, err := range errs {
		out = append(out, err.Error())
	}
	return out
}

func TestFilesAbsolute(t *testing.T) {
	dir := tree(t, project)
	got, errs := Files([]string{dir + "/app/."}, Options{})
	if want := []string{filepath.ToSlash(dir) + "/app/Dockerfile.dev"}; !cmp.Equal(want, got) || errs != nil {
		t.Errorf("got %q, %v; want %q", got, errs, want)
	}
}

func TestFilesAbove(t *testing.T) {
	dir := tree(t, project)
	t.Chdir(filepath.Join(dir, "deploy"))
	got, errs := Files([]string{".."}, Options{})
	want := []string{"../.hidden/Containerfile", "../Dockerfile", "../app/Dockerfile.dev", "../deploy/api.Dockerfile"}
	if diff := cmp.Diff(want, got); diff != "" || errs != nil {
		t.Errorf("errors %v, files (-want +got):\n%s", errs, diff)
	}
}

func TestFilesLinks(t *testing.T) {
	tree(t, `
-- real/Dockerfile --
-- real/.gitignore --
gone
-- real/gone/Dockerfile --
-- elsewhere/file --
`)
	for link, to := range map[string]string{
		"loop":                   "real",
		"real/self":              ".",
		"real/linked.Dockerfile": "../elsewhere/file",
		"real/Dockerfile.dir":    "../elsewhere",
		"real/Dockerfile.lost":   "nowhere",
		"real/lost":              "nowhere",
	} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip(err)
		}
	}
	got, errs := Files([]string{"."}, Options{})
	if diff := cmp.Diff([]string{"real/Dockerfile", "real/linked.Dockerfile"}, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"follow link real/Dockerfile.lost: no such file or directory"}, texts(errs)); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}

	// Links that are named are followed, to a file, to a folder, and to nothing.
	got, errs = Files([]string{"loop", "real/linked.Dockerfile", "real/lost"}, Options{})
	if diff := cmp.Diff([]string{"loop/Dockerfile", "loop/linked.Dockerfile", "real/linked.Dockerfile"}, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	want := []string{
		"follow link loop/Dockerfile.lost: no such file or directory",
		"real/lost: no such file or directory",
	}
	if diff := cmp.Diff(want, texts(errs)); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestFilesUnreadable(t *testing.T) {
	tree(t, `
-- locked/Dockerfile --
-- open/Dockerfile --
-- secret/.gitignore --
-- secret/Dockerfile --
`)
	for _, name := range []string{"locked", "secret/.gitignore"} {
		if err := os.Chmod(name, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(name, 0o777) })
	}
	if _, err := os.ReadDir("locked"); err == nil {
		t.Skip("this user may read everything")
	}
	got, errs := Files([]string{"."}, Options{})
	if diff := cmp.Diff([]string{"open/Dockerfile", "secret/Dockerfile"}, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if len(errs) != 2 || errs[0].Error() != "read folder locked: permission denied" {
		t.Fatalf("errors: %v", errs)
	}
	var e *Error
	if !errors.As(errs[0], &e) || e.Path != "locked" || !errors.Is(e, fs.ErrPermission) {
		t.Errorf("error %#v", errs[0])
	}
}

// The hooks of pre-commit take the same files: it has patterns of its own.
func TestIsDockerfile(t *testing.T) {
	text, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct{ Files, Exclude string }
	if err := yaml.Unmarshal(text, &hooks); err != nil || len(hooks) != 2 || hooks[0] != hooks[1] {
		t.Fatalf("hooks %q, error %v", hooks, err)
	}
	files, exclude := regexp.MustCompile(hooks[0].Files), regexp.MustCompile(hooks[0].Exclude)
	hooked := func(name string) bool { return files.MatchString(name) && !exclude.MatchString(name) }

	yes := `Dockerfile dockerfile DOCKERFILE Containerfile Dockerfile.dev Dockerfile.alpine Dockerfile.1.22 Dockerfile.x86_64
		api.Dockerfile api.dockerfile base.v2.Dockerfile web.Containerfile Containerfile.fedora Dockerfile.test Dockerfile.R
		Dockerfile-dev Dockerfile_gpu Dockerfile-1.22 Dockerfile.my-app go.Dockerfile Dockerfile.example`
	no := `Makefile Dockerfile.md dockerfile.go Dockerfile.py dockerfile_test.go Dockerfile_test.go Dockerfile.dockerignore
		api.Dockerfile.dockerignore .dockerignore Dockerfile~ Dockerfile.dev~ Dockerfile.swp .Dockerfile.swp Dockerfile.orig
		Dockerfile.rej Dockerfile.j2 Dockerfile.tmpl Dockerfile.in Dockerfile.template Dockerfile-template .dockerfile
		dockerfile-lint dockerfile_lint Dockerfiles Dockerfile2 MyDockerfile Dockerfile. Dockerfile- .#Dockerfile .#a.Dockerfile
		#Dockerfile# Dockerfile.yaml dockerfile.vim docker-compose.yml Dockerfile.dev.bak`
	for _, name := range strings.Fields(yes) {
		if !IsDockerfile(name) {
			t.Errorf("%s is no Dockerfile", name)
		}
		if !hooked(name) || !hooked("sub dir/"+name) {
			t.Errorf("%s is not a file for the hooks", name)
		}
	}
	for _, name := range strings.Fields(no) {
		if IsDockerfile(name) {
			t.Errorf("%s is a Dockerfile", name)
		}
		if hooked(name) || hooked("sub dir/"+name) {
			t.Errorf("%s is a file for the hooks", name)
		}
	}
}

// BenchmarkFiles searches a tree of 50,000 files under 40 patterns.
func BenchmarkFiles(b *testing.B) {
	dir := b.TempDir()
	var patterns strings.Builder
	for i := range 40 {
		patterns.WriteString([]string{"*.o\n", "/build/x\n", "**/cache/*.tmp\n", "node_modules/\n"}[i%4])
	}
	write(b, path.Join(dir, ".gitignore"), patterns.String())
	for d := range 500 {
		sub := path.Join(dir, "d"+strconv.Itoa(d%20), "e"+strconv.Itoa(d))
		write(b, path.Join(sub, "Dockerfile"), "")
		for f := range 99 {
			write(b, path.Join(sub, "file"+strconv.Itoa(f)+".go"), "")
		}
	}
	for b.Loop() {
		if files, errs := Files([]string{dir}, Options{}); len(files) != 500 || errs != nil {
			b.Fatal(len(files), errs)
		}
	}
}
