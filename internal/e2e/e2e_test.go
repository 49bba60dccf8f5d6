//go:build e2e

// Package e2e holds plimline's predictions against what a real Docker engine does.
package e2e_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// predictions are the rules that say an image cannot be built, its container does not start, or the program in it fails.
var predictions = []string{
	"artefact-in-mount", "artefact-missing", "cache-mount-mismatch", "certificates-missing", "cgo-package-excluded", "cgo-package-stubbed", "compiler-missing",
	"cross-install-path", "entrypoint-missing",
	"go-get-outside-module", "go-version-too-old", "healthcheck-tool-missing", "libc-mismatch", "parse-error", "pie-without-loader",
	"program-for-other-system", "shell-not-in-image", "temp-folder-missing", "time-zones-missing", "unknown-copy-source", "user-not-in-image",
	"vendor-folder-missing",
}

// TestPredictions builds and runs every application of testdata/e2e. One that a prediction is made for must fail with the words
// its comment names; every other one must start and print "ok", and one with a HEALTHCHECK become healthy.
//
// The comment of a case is "starts", or "RULE: words of the failure".
func TestPredictions(t *testing.T) {
	plimline := build(t)
	root := "../.."
	cases, err := filepath.Glob(filepath.Join(root, "testdata/e2e/*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	agreed := 0
	for _, file := range cases {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := unpack(t, archive)
			rule, words, fails := strings.Cut(strings.TrimSpace(string(archive.Comment)), ": ")
			got := predicted(t, plimline, dir)
			if fails && !slices.Equal(got, []string{rule}) || !fails && len(got) > 0 {
				t.Errorf("plimline predicts %v, the case says %q", got, strings.TrimSpace(string(archive.Comment)))
			}
			out, ok := run(t, "plimline-e2e-"+strings.ToLower(name), dir)
			switch {
			case fails && ok:
				t.Errorf("it starts:\n%s", out)
			case fails && !strings.Contains(out, words):
				t.Errorf("it fails, but without the words %q:\n%s", words, out)
			case !fails && (!ok || !strings.Contains(out, "ok")):
				t.Errorf("it does not start:\n%s", out)
			}
			if !t.Failed() {
				agreed++
			}
		})
	}
	t.Logf("%d of %d agree", agreed, len(cases))
	if len(cases) < 40 {
		t.Errorf("%d cases, want at least 40", len(cases))
	}
}

// build makes the command, and makes sure that there is an engine.
func build(t *testing.T) (plimline string) {
	t.Helper()
	if out, err := exec.Command("docker", "info").CombinedOutput(); err != nil {
		t.Fatalf("no Docker engine: %v\n%s", err, out)
	}
	plimline = filepath.Join(t.TempDir(), "plimline")
	cmd := exec.Command("go", "build", "-o", plimline, "./cmd/plimline")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return plimline
}

// unpack writes a case's files to a folder of its own.
func unpack(t *testing.T, archive *txtar.Archive) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range archive.Files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// predicted lists the prediction rules that plimline has findings of, each once.
func predicted(t *testing.T, plimline, dir string) []string {
	t.Helper()
	cmd := exec.Command(plimline, "lint", "--no-config", "--fail-on=never", "--format=json", filepath.Join(dir, "Dockerfile"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("plimline: %v\n%s", err, out)
	}
	var report struct {
		Files []struct {
			Findings []struct {
				Rule    string
				Unknown bool
			}
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, f := range report.Files[0].Findings {
		if !f.Unknown && slices.Contains(predictions, f.Rule) && !slices.Contains(rules, f.Rule) {
			rules = append(rules, f.Rule)
		}
	}
	slices.Sort(rules)
	return rules
}

// run builds the image and runs a container of it; ok is true when both end well.
func run(t *testing.T, image, dir string) (out string, ok bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "docker", "build", "--network=none", "-t", image)
	if args, err := os.ReadFile(filepath.Join(dir, "build-args")); err == nil {
		cmd.Args = append(cmd.Args, strings.Fields(string(args))...)
	}
	cmd.Args = append(cmd.Args, dir)
	cmd.Env = append(os.Environ(), "DOCKER_BUILDKIT=0")
	if needsBuildKit(t, dir) {
		if exec.CommandContext(ctx, "docker", "buildx", "version").Run() != nil {
			t.Skip("docker has no buildx here")
		}
		cmd.Env = append(os.Environ(), "DOCKER_BUILDKIT=1")
	}
	text, err := cmd.CombinedOutput()
	if err != nil {
		return string(text), false
	}
	defer exec.Command("docker", "rmi", "-f", image).Run()
	health, err := exec.CommandContext(ctx, "docker", "inspect", "--format", "{{.Config.Healthcheck}}", image).Output()
	if err == nil && strings.Contains(string(health), "CMD") {
		return watch(ctx, t, image)
	}
	text, err = exec.CommandContext(ctx, "docker", "run", "--rm", "--network=none", image).CombinedOutput()
	return string(text), err == nil
}

// needsBuildKit reports whether the Dockerfile has what Docker's old builder does not know.
func needsBuildKit(t *testing.T, dir string) bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(text), "--mount") || strings.Contains(string(text), "$BUILDPLATFORM")
}

// watch runs a container until it is healthy or not; out has what it prints, and its checks too.
func watch(ctx context.Context, t *testing.T, image string) (out string, ok bool) {
	t.Helper()
	id, err := exec.CommandContext(ctx, "docker", "run", "-d", "--network=none", image).Output()
	container := strings.TrimSpace(string(id))
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Command("docker", "rm", "-f", container).Run()
	state := "starting"
	for state == "starting" && ctx.Err() == nil {
		time.Sleep(300 * time.Millisecond)
		text, _ := exec.CommandContext(ctx, "docker", "inspect", "--format", "{{.State.Health.Status}}", container).Output()
		state = strings.TrimSpace(string(text))
	}
	logs, _ := exec.CommandContext(ctx, "docker", "logs", container).CombinedOutput()
	checks, _ := exec.CommandContext(ctx, "docker", "inspect", "--format", "{{json .State.Health.Log}}", container).Output()
	return string(logs) + string(checks), state == "healthy"
}
