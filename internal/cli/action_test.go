package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/cli"
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

func readAction(t *testing.T) action {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// runAction runs the shell steps of action.yml the way a runner does, in a folder with files of its own. temp is its RUNNER_TEMP.
func runAction(t *testing.T, temp string, inputs map[string]string, files map[string]string) (output, summary, outputs string, code int) {
	t.Helper()
	workspace := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(workspace, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(workspace, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return runActionIn(t, workspace, temp, inputs, nil)
}

// runActionIn runs it in a folder that is there. event are the fields of the event that started the workflow.
func runActionIn(t *testing.T, workspace, temp string, inputs, event map[string]string) (output, summary, outputs string, code int) {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash")
	}
	a := readAction(t)
	actionPath, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	expand := func(s string) string {
		return expression.ReplaceAllStringFunc(s, func(text string) string {
			for _, term := range strings.Split(expression.FindStringSubmatch(text)[1], " || ") {
				value := ""
				if name, ok := strings.CutPrefix(term, "inputs."); ok {
					input, ok := a.Inputs[name]
					if !ok {
						t.Errorf("%s: there is no such input", text)
					}
					if value, ok = inputs[name]; !ok {
						value = input.Default
					}
				} else if name, ok := strings.CutPrefix(term, "github.event."); ok {
					value = event[name]
				} else if term == "github.action_path" {
					value = actionPath
				} else {
					t.Errorf("%s: this harness does not know it", text)
				}
				if value != "" {
					return value
				}
			}
			return ""
		})
	}
	own := t.TempDir()
	stepOutput, stepSummary := filepath.Join(own, "output"), filepath.Join(own, "summary")
	var all strings.Builder
	for _, step := range a.Runs.Steps {
		if step.Uses != "" {
			continue // the machine has Go, and no code scanning
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

var expression = regexp.MustCompile(`\$\{\{ (.*?) \}\}`)

// What is used by a tag may be other code tomorrow.
func TestActionPins(t *testing.T) {
	pin := regexp.MustCompile(`^[a-z-]+/[a-z/-]+@[0-9a-f]{40}$`)
	used := 0
	for _, step := range readAction(t).Runs.Steps {
		if step.Uses == "" {
			continue
		}
		if used++; !pin.MatchString(step.Uses) {
			t.Errorf("uses: %s names no commit", step.Uses)
		}
	}
	if used == 0 {
		t.Error("nothing is used")
	}
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
		contains(t, "summary", summary, "| 🟡 warning | a dir/Dockerfile:1:6 |")
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
		for name, value := range map[string]string{"fail-on": "sometimes", "summary": "maybe", "paths": " \n ", "upload-sarif": "yes", "changed-files-only": ""} {
			out, _, _, code := runAction(t, temp, map[string]string{name: value}, map[string]string{"Dockerfile": clean})
			if code != 2 {
				t.Errorf("%s: exit code %d, want 2", name, code)
			}
			contains(t, "output", out, "::error title=plimline::input "+name)
		}
	})
	t.Run("changed files only", func(t *testing.T) { testChangedFiles(t, temp) })
	t.Run("more arguments", func(t *testing.T) {
		out, _, _, code := runAction(t, temp, map[string]string{"args": " --no-config \n\n--severity=latest-tag=error"},
			map[string]string{"Dockerfile": bad, "plimline.yaml": "ignore: [latest-tag]\n"})
		if code != 1 {
			t.Errorf("exit code %d, want 1", code)
		}
		contains(t, "output", out, "::error file=Dockerfile,line=1")
	})
	t.Run("what is uploaded", func(t *testing.T) {
		_, _, outputs, _ := runAction(t, temp, map[string]string{"upload-sarif": "true"}, map[string]string{"Dockerfile": bad})
		contains(t, "outputs", outputs, filepath.Join(temp, "plimline.sarif"))
		if _, err := os.Stat(filepath.Join(temp, "plimline.sarif")); err != nil {
			t.Error(err)
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

// testChangedFiles runs changed-files-only in checkouts as actions/checkout makes them: of one commit, or with all of the history.
func testChangedFiles(t *testing.T, temp string) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	for name, value := range map[string]string{"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_SYSTEM": os.DevNull} {
		t.Setenv(name, value)
	}
	git := func(dir string, args ...string) string {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=T", "-c", "user.email=t@example.com"}, args...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return strings.TrimSpace(string(out))
	}
	// Within a hook of git these name the repository that the hook is for.
	for name := range strings.FieldsSeq(git(".", "rev-parse", "--local-env-vars")) {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
	origin := t.TempDir()
	write := func(name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(origin, name), []byte("FROM alpine:latest\nUSER 1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		git(origin, "add", ".")
		git(origin, "commit", "-q", "-m", name)
	}
	git(origin, "init", "-q", "-b", "main")
	write("old.Dockerfile")
	before := git(origin, "rev-parse", "HEAD")
	write("between.Dockerfile")
	write("new.Dockerfile")

	run := func(depth string, event map[string]string, wantCode int, want, not string) {
		t.Helper()
		checkout := t.TempDir()
		git(checkout, append([]string{"clone", "-q"}, append(strings.Fields(depth), "file://"+filepath.ToSlash(origin), ".")...)...)
		out, _, _, code := runActionIn(t, checkout, temp, map[string]string{"changed-files-only": "true"}, event)
		if code != wantCode {
			t.Errorf("exit code %d, want %d\n%s", code, wantCode, out)
		}
		contains(t, "output", out, want)
		if not != "" && strings.Contains(out, not) {
			t.Errorf("output has %q:\n%s", not, out)
		}
	}
	shallow := "--depth=1"
	run("", map[string]string{"pull_request.base.sha": before}, 1, "file=between.Dockerfile", "file=old.Dockerfile")
	run(shallow, map[string]string{"pull_request.base.sha": before, "before": "0123"}, 1, "file=between.Dockerfile", "file=old.Dockerfile")
	run(shallow, map[string]string{"merge_group.base_sha": before}, 1, "file=new.Dockerfile", "file=old.Dockerfile")
	run(shallow, map[string]string{"before": before}, 1, "file=new.Dockerfile", "file=old.Dockerfile")
	// A new branch; a schedule.
	run(shallow, map[string]string{"before": strings.Repeat("0", 40)}, 1, "file=old.Dockerfile", "")
	run(shallow, nil, 1, "::notice title=plimline::changed-files-only: this event has no commit before the changes", "")
	// A commit that is gone, and what is none.
	run(shallow, map[string]string{"before": strings.Repeat("1", 40)}, 2, "is not in this checkout and cannot be fetched; give actions/checkout fetch-depth: 0", "")
	run(shallow, map[string]string{"before": "--output=x"}, 2, "--output=x is none", "")
}

// Both formats with a line for each finding are read by the problem matcher.
func TestProblemMatcher(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, ".github", "plimline-problem-matcher.json"))
	if err != nil {
		t.Fatal(err)
	}
	var matchers struct {
		ProblemMatcher []struct {
			Owner, Severity string
			Pattern         []struct {
				Regexp                                      string
				File, Line, Column, Severity, Message, Code int
			}
		}
	}
	if err := json.Unmarshal(text, &matchers); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "a: 1.Dockerfile")
	if err := os.WriteFile(file, []byte("FROM alpine:latest\nUSER 1\nRUN apk add curl\nWORKDIR\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"error|a: 1.Dockerfile|4|parse-error",
		"notice|a: 1.Dockerfile|3|apk-cache-kept",
		"warning|a: 1.Dockerfile|1|latest-tag",
	}
	for _, format := range []string{"text", "gnu"} {
		var out, stderr strings.Builder
		cli.Run(t.Context(), []string{"lint", "--no-config", "--no-context", "--format", format, file}, strings.NewReader(""), &out, &stderr)
		var got []string
		for line := range strings.SplitSeq(out.String(), "\n") {
			for _, m := range matchers.ProblemMatcher {
				p := m.Pattern[0]
				group := regexp.MustCompile(p.Regexp).FindStringSubmatch(line)
				if group == nil {
					continue
				}
				severity := m.Severity
				if p.Severity > 0 {
					severity = group[p.Severity]
				}
				if group[p.Column] == "" || group[p.Message] == "" {
					t.Errorf("%s: no column or message in %q", format, line)
				}
				got = append(got, strings.Join([]string{severity, filepath.Base(group[p.File]), group[p.Line], group[p.Code]}, "|"))
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s%s", format, diff, out.String(), stderr.String())
		}
	}
}

func contains(t *testing.T, what, text, want string) {
	t.Helper()
	if !strings.Contains(text, want) {
		t.Errorf("%s has no %q:\n%s", what, want, text)
	}
}
