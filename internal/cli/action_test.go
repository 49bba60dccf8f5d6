package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// action is what this harness reads of action.yml.
type action struct {
	Inputs map[string]struct {
		Default string
	}
	Runs struct {
		Steps []struct {
			Name, Uses, Run, Shell string
			WorkingDirectory       string `yaml:"working-directory"`
			Env                    map[string]string
		}
	}
}

// runAction runs the shell steps of action.yml the way a runner does, in a repository of its own. temp is its RUNNER_TEMP.
func runAction(t *testing.T, temp string, inputs map[string]string, files map[string]string) (output, summary, outputs string, code int) {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash")
	}
	text, err := os.ReadFile(filepath.Join(root, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	workspace := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(workspace, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(workspace, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	actionPath, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	expand := func(s string) string {
		for name, input := range a.Inputs {
			value, ok := inputs[name]
			if !ok {
				value = input.Default
			}
			s = strings.ReplaceAll(s, "${{ inputs."+name+" }}", value)
		}
		return strings.ReplaceAll(s, "${{ github.action_path }}", actionPath)
	}
	own := t.TempDir()
	stepOutput, stepSummary := filepath.Join(own, "output"), filepath.Join(own, "summary")
	var all strings.Builder
	for _, step := range a.Runs.Steps {
		if step.Uses != "" {
			continue // setup-go: the machine has Go
		}
		if strings.Contains(step.Run, "${{") {
			t.Errorf("step %q: an expression in run is open to shell injection", step.Name)
		}
		script := filepath.Join(own, "script.sh")
		if err := os.WriteFile(script, []byte(step.Run), 0o644); err != nil {
			t.Fatal(err)
		}
		// What "shell: bash" means on a runner.
		cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", script)
		cmd.Dir = workspace
		if step.WorkingDirectory != "" {
			cmd.Dir = expand(step.WorkingDirectory)
		}
		cmd.Env = append(os.Environ(), "CI=true", "GITHUB_ACTIONS=true", "RUNNER_TEMP="+temp,
			"GITHUB_WORKSPACE="+workspace, "GITHUB_OUTPUT="+stepOutput, "GITHUB_STEP_SUMMARY="+stepSummary)
		for k, v := range step.Env {
			cmd.Env = append(cmd.Env, k+"="+expand(v))
		}
		out, err := cmd.CombinedOutput()
		all.Write(out)
		if err != nil {
			code = cmd.ProcessState.ExitCode()
			break
		}
	}
	read := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return string(text)
	}
	return all.String(), read(stepSummary), read(stepOutput), code
}

func TestAction(t *testing.T) {
	if testing.Short() {
		t.Skip("builds plimline")
	}
	temp := t.TempDir() // one RUNNER_TEMP for all runs, so that plimline is built once
	const bad = "FROM alpine:latest\nUSER 1\n"
	const clean = "FROM alpine:3.20\nUSER 1\n"

	t.Run("annotates, summarises and fails", func(t *testing.T) {
		out, summary, outputs, code := runAction(t, temp, map[string]string{"sarif-file": "out.sarif"}, map[string]string{"a dir/Dockerfile": bad})
		if code != 1 {
			t.Errorf("exit code %d, want 1", code)
		}
		contains(t, "output", out, "::warning file=a dir/Dockerfile,line=1")
		contains(t, "summary", summary, "[latest-tag]")
		contains(t, "outputs", outputs, "exit-code=1")
		contains(t, "outputs", outputs, "out.sarif")
	})
	t.Run("passes what is clean, several paths", func(t *testing.T) {
		_, summary, outputs, code := runAction(t, temp, map[string]string{"paths": "  one\n\ntwo three  "},
			map[string]string{"one/Dockerfile": clean, "two three/Dockerfile": clean, "four/Dockerfile": bad})
		if code != 0 {
			t.Errorf("exit code %d, want 0", code)
		}
		contains(t, "summary", summary, "No findings in 2 files")
		contains(t, "outputs", outputs, "exit-code=0")
	})
	t.Run("inputs are data", func(t *testing.T) {
		evil := "$(touch pwned)`touch pwned`;touch pwned\n--help\n\"; touch pwned; \""
		out, _, _, code := runAction(t, temp, map[string]string{"paths": evil, "config": "$(touch pwned)", "sarif-file": "$(touch pwned).sarif"},
			map[string]string{"Dockerfile": clean})
		if code != 2 {
			t.Errorf("exit code %d, want 2\n%s", code, out)
		}
		if strings.Contains(out, "Usage:") {
			t.Error("a path was read as a flag")
		}
	})
	t.Run("inputs are checked", func(t *testing.T) {
		for name, value := range map[string]string{"fail-on": "sometimes", "summary": "maybe", "paths": " \n "} {
			out, _, _, code := runAction(t, temp, map[string]string{name: value}, map[string]string{"Dockerfile": clean})
			if code != 2 {
				t.Errorf("%s: exit code %d, want 2", name, code)
			}
			contains(t, "output", out, "::error title=plimline::input "+name)
		}
	})
	t.Run("threshold and choice of rules", func(t *testing.T) {
		if _, _, _, code := runAction(t, temp, map[string]string{"fail-on": "error"}, map[string]string{"Dockerfile": bad}); code != 0 {
			t.Errorf("exit code %d, want 0", code)
		}
		if _, _, _, code := runAction(t, temp, map[string]string{"ignore": "DL3007"}, map[string]string{"Dockerfile": bad}); code != 0 {
			t.Errorf("exit code %d, want 0", code)
		}
	})
}

func contains(t *testing.T, what, text, want string) {
	t.Helper()
	if !strings.Contains(text, want) {
		t.Errorf("%s has no %q:\n%s", what, want, text)
	}
}
