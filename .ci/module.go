// Writes a module proxy with the last commit of this repository as v0.1.0, and prints the environment in which the go command uses it, so that
// what tells people to `go install` a version can be run before there is one:
//
//	eval "$(go run .ci/module.go DIR)"
//
// Modules are kept in DIR too, since a v0.1.0 that is none has no place in the user's cache; in a new folder each time, since the go command
// remembers by its path what a module imports. -trimpath has the build cache used all the same.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

func main() {
	dir := os.Args[1]
	if err := write(filepath.Join(dir, "proxy"), module.Version{Path: "github.com/plimline/plimline", Version: "v0.1.0"}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out, err := exec.Command("go", "env", "GOMODCACHE", "GOCACHE", "GOPROXY").Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "go env:", err)
		os.Exit(1)
	}
	modules, err := os.MkdirTemp(dir, "modules")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	env := strings.Split(strings.TrimSpace(string(out)), "\n")
	fmt.Printf("export GOPROXY='file://%s/proxy,file://%s/cache/download,%s' GONOSUMDB=github.com/plimline/plimline\n", dir, env[0], env[2])
	fmt.Printf("export GOMODCACHE='%s' GOCACHE='%s' GOFLAGS='-trimpath -modcacherw' CGO_ENABLED=0\n", modules, env[1])
}

func write(dir string, m module.Version) error {
	dir = filepath.Join(dir, filepath.FromSlash(m.Path), "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"list": m.Version + "\n", m.Version + ".mod": string(mod), m.Version + ".info": `{"Version":"` + m.Version + `"}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	f, err := os.Create(filepath.Join(dir, m.Version+".zip"))
	if err != nil {
		return err
	}
	// A clone, since the package wants a .git that is a folder.
	clone, err := os.MkdirTemp("", "module")
	if err != nil {
		return err
	}
	defer os.RemoveAll(clone)
	if out, err := exec.Command("git", "clone", "--quiet", "--no-checkout", ".", clone).CombinedOutput(); err != nil {
		return fmt.Errorf("git clone: %w: %s", err, out)
	}
	if err := zip.CreateFromVCS(f, m, clone, "HEAD", ""); err != nil {
		return fmt.Errorf("pack the repository: %w", err)
	}
	return f.Close()
}
