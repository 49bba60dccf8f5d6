//go:build e2e

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestRewrites builds and runs the single-stage applications of testdata/e2e/rewrite before and after builder-stage's fix makes two stages of
// them. They print the same, the configuration that counts at run time is the same, and the image that the case's comment names is the base.
func TestRewrites(t *testing.T) {
	plimline := build(t)
	standIns(t)
	cases, err := filepath.Glob("../../testdata/e2e/rewrite/*.txtar")
	if err != nil || len(cases) < 12 {
		t.Fatal(len(cases), err)
	}
	var shrunk []float64
	for _, file := range cases {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := unpack(t, archive)
			before := inspect(t, "plimline-rewrite-"+name+"-before", dir, false)
			dockerfile := filepath.Join(dir, "Dockerfile")
			out, err := exec.Command(plimline, "fix", "--no-config", "--unsafe-fixes", "--select=builder-stage", dockerfile).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			text, err := os.ReadFile(dockerfile)
			if err != nil {
				t.Fatal(err)
			}
			if base := strings.TrimSpace(string(archive.Comment)); !strings.Contains(string(text), "\nFROM "+base) {
				t.Errorf("the base is not %s:\n%s", base, text)
			}
			after := inspect(t, "plimline-rewrite-"+name+"-after", dir, false)
			if !before.ok || !after.ok || before.output != after.output || !strings.Contains(after.output, "ok") {
				t.Fatalf("it prints %q, and did print %q\n%s", after.output, before.output, text)
			}
			for _, key := range []string{"ExposedPorts", "Volumes", "Labels", "Healthcheck", "StopSignal", "User", "WorkingDir"} {
				if key == "User" && after.config[key] == "0:0" && before.config[key] == nil || key == "WorkingDir" && before.config[key] == "/go" {
					continue
				}
				if diff := cmp.Diff(before.config[key], after.config[key]); diff != "" {
					t.Errorf("%s differs: %s", key, diff)
				}
			}
			times := float64(before.size) / float64(after.size)
			shrunk = append(shrunk, times)
			t.Logf("%.1f MB before, %.1f MB after: %.0f times smaller", float64(before.size)/1e6, float64(after.size)/1e6, times)
		})
	}
	slices.Sort(shrunk)
	if len(shrunk) == 0 || shrunk[len(shrunk)/2] < 20 {
		t.Errorf("the median image shrinks %v-fold, want at least 20", shrunk)
	} else {
		t.Logf("%d applications; the median image shrinks %.0f-fold", len(shrunk), shrunk[len(shrunk)/2])
	}
}

// standIns makes images that the rewrites are for, where the engine has none, of the ones it has: for what the tests need they hold the same.
func standIns(t *testing.T) {
	t.Helper()
	for name, text := range map[string]string{
		"gcr.io/distroless/static-debian13:nonroot": "FROM gcr.io/distroless/static-debian12:nonroot\nCOPY --from=golang:1.26 /usr/share/zoneinfo /usr/share/zoneinfo\n",
		"gcr.io/distroless/base-debian13:nonroot":   "FROM debian:bookworm-slim\nUSER 65532\n",
		"alpine:3.22":        "FROM alpine:3.20\n",
		"golang:1.26-alpine": "FROM golang:1.26\nENV GOFLAGS=\n",
		"golang:1.26-trixie": "FROM golang:1.26-gcc\nENV GOFLAGS=\n",
	} {
		if exec.Command("docker", "image", "inspect", name).Run() == nil {
			continue
		}
		cmd := exec.Command("docker", "build", "--network=none", "-t", name, "-")
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
}

// size is what an image takes, in bytes.
func size(t *testing.T, name string) int64 {
	t.Helper()
	out, err := exec.Command("docker", "image", "inspect", "--format", "{{.Size}}", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestInit builds and runs what `plimline init dockerfile` writes for the modules of some of the applications.
func TestInit(t *testing.T) {
	plimline := build(t)
	standIns(t)
	for _, name := range []string{"plain", "tls-client", "files", "embedded", "cgo", "vendored", "installed"} {
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile("../../testdata/e2e/rewrite/" + name + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			dir := unpack(t, archive)
			file := filepath.Join(dir, "Dockerfile")
			if out, err := exec.Command(plimline, "init", "dockerfile", "--force", dir).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if out, err := exec.Command(plimline, "lint", "--profile=go-strict", file).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			// The engine's own BuildKit reads it: there is no registry to fetch another from.
			text = []byte(strings.TrimPrefix(string(text), "# syntax=docker/dockerfile:1\n"))
			if err := os.WriteFile(file, text, 0o644); err != nil {
				t.Fatal(err)
			}
			image := inspect(t, "plimline-init-"+name, dir, false)
			if !image.ok || !strings.Contains(image.output, "ok") {
				t.Fatalf("%s\n%s", image.output, text)
			}
			t.Logf("%.1f MB", float64(image.size)/1e6)
		})
	}
}
