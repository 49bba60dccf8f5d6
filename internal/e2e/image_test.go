//go:build e2e

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOwnImage builds plimline's own image from the last commit and lints with it. The modules come from those of this machine: the base of
// the build stage is golang:1.26 with a module proxy in it.
func TestOwnImage(t *testing.T) {
	if exec.Command("docker", "buildx", "version").Run() != nil {
		t.Skip("docker has no buildx here")
	}
	command := func(dir string, args ...string) string {
		t.Helper()
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return strings.TrimSpace(string(out))
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(t.TempDir(), "source")
	command(root, "git", "clone", "-q", root, source)

	base := t.TempDir()
	download := exec.Command("go", "list", "-deps", "./cmd/plimline")
	download.Dir = source
	download.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-modcacherw", "GOMODCACHE="+filepath.Join(base, "modules"),
		"GOPROXY=file://"+filepath.Join(command(root, "go", "env", "GOMODCACHE"), "cache", "download"), "GONOSUMDB=*")
	if out, err := download.CombinedOutput(); err != nil {
		t.Fatalf("collect the modules: %v\n%s", err, out)
	}
	dockerfile := "FROM golang:1.26\nCOPY modules/cache/download /proxy\nENV GOFLAGS= GOPROXY=file:///proxy GOSUMDB=off\n"
	if err := os.WriteFile(filepath.Join(base, "Dockerfile"), []byte(dockerfile), 0o644); err != nil {
		t.Fatal(err)
	}
	const builder, image = "plimline-e2e-go", "plimline-e2e-own"
	command(base, "docker", "buildx", "build", "--quiet", "--load", "--network=none", "-t", builder, ".")
	defer exec.Command("docker", "rmi", "-f", builder, image).Run()
	own, err := os.ReadFile(filepath.Join(source, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(own), " golang:1.26 AS ") {
		t.Fatal("its build stage is not from golang:1.26")
	}
	changed := filepath.Join(base, "own.Dockerfile")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(own), "golang:1.26", builder, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	command(source, "docker", "buildx", "build", "--quiet", "--load", "--network=none", "-f", changed, "-t", image, ".")

	if user := command(root, "docker", "inspect", "--format", "{{.Config.User}}", image); user != "65532:65532" {
		t.Errorf("it runs as %q", user)
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM alpine:latest\nUSER 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	in := []string{"run", "--rm", "--network=none", "--read-only", "--cap-drop=ALL", "-v", dir + ":/work:ro", image}
	out, err := exec.Command("docker", in...).Output()
	if want := "Dockerfile:1:6: warning: alpine:latest is whatever was pushed to it last [latest-tag]"; err == nil || !strings.HasPrefix(string(out), want) {
		t.Errorf("it says, error %v:\n%s", err, out)
	}
	if version := command(root, append([]string{"docker"}, append(in, "--version")...)...); !strings.HasPrefix(version, "plimline ") {
		t.Errorf("--version says %s", version)
	}
}
