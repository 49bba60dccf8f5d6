package cli

import (
	"context"
	"fmt"
	"os/exec"
	"slices"

	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/shellcheck"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/unit"
)

// Values of --shellcheck beside a path.
const (
	shellCheckAuto = "auto"
	shellCheckOff  = "off"
)

// shellCheckProgram is what --shellcheck asks for; "" for none.
func shellCheckProgram(ctx context.Context, flag string) (string, error) {
	switch flag {
	case shellCheckOff:
		return "", nil
	case shellCheckAuto:
		program, err := exec.LookPath("shellcheck")
		if err != nil {
			return "", nil // there is none
		}
		return program, nil
	}
	program, err := exec.LookPath(flag)
	if err == nil {
		err = shellcheck.Check(ctx, program)
	}
	if err != nil {
		return "", fmt.Errorf("--shellcheck: %w", err)
	}
	return program, nil
}

// shellCheckProgram is what --shellcheck asks for. The rule is turned on for a program that is named.
func (o *lintOptions) shellCheckProgram(ctx context.Context) (string, error) {
	program, err := shellCheckProgram(ctx, o.shellCheck)
	const on = "shellcheck=warning"
	if err == nil && program != "" && o.shellCheck != shellCheckAuto && !slices.Contains(o.settings.choices.Severity, on) {
		o.settings.choices.Severity = append([]string{on}, o.settings.choices.Severity...)
	}
	return program, err
}

// shellCheck has ShellCheck judge the files that have the rule on, all at once. What it says is kept for each job; when it cannot be asked
// about some, the notice says why, and the run goes on.
func (w *worker) shellCheck(ctx context.Context, program string, jobs []job) (notice string) {
	var scripts []shellcheck.Script
	var owners []*unit.Unit // of each script
	files := map[*unit.Unit]int{}
	for i := range jobs {
		j := &jobs[i]
		c, err := w.configs.Config(j.path)
		if err != nil {
			continue
		}
		linter, err := w.linters.Of(c)
		if err != nil {
			continue
		}
		settings := c.For(j.path)
		if !settings.ShellCheck() {
			continue
		}
		if j.content == nil {
			if j.content, err = readFile(j.path); err != nil {
				j.content = nil // the linter says so
				continue
			}
		}
		file := source.NewFile(j.path, j.content)
		for k := range j.units {
			u := &j.units[k]
			u.Said, files[u] = []shellcheck.Comment{}, i
			for _, s := range lint.Scripts(u.Source(file), linter.Options(u.Settings(settings))) {
				scripts, owners = append(scripts, s), append(owners, u)
			}
		}
	}
	comments, err := shellcheck.Run(ctx, program, w.timeout, scripts)
	for i, said := range comments {
		owners[i].Said = append(owners[i].Said, said...)
	}
	if err == nil {
		return ""
	}
	failed := map[int]bool{}
	for i, said := range comments {
		if said == nil {
			failed[files[owners[i]]] = true
			owners[i].Said = nil // our own rules speak for it
		}
	}
	what := "1 file"
	if len(failed) != 1 {
		what = fmt.Sprintf("%d files", len(failed))
	}
	return fmt.Sprintf("ShellCheck has not judged %s: %v", what, err)
}
