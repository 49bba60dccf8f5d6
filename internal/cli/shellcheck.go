package cli

import (
	"context"
	"fmt"
	"os/exec"
	"time"

	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/shellcheck"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// Values of --shellcheck beside a path.
const (
	shellCheckAuto = "auto"
	shellCheckOff  = "off"
)

// shellCheckTime is how long ShellCheck may take for one script; most take 10 ms.
const shellCheckTime = 200 * time.Millisecond

// shellCheckProgram is what --shellcheck asks for; "" for none.
func shellCheckProgram(flag string) (string, error) {
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
	if err != nil {
		return "", fmt.Errorf("--shellcheck: %w", err)
	}
	return program, nil
}

// shellCheck has ShellCheck judge the files that have the rule on, all at once. What it says is kept for each job; when it cannot be asked,
// the notice says why, and the run goes on.
func (w *worker) shellCheck(ctx context.Context, program string, jobs []job) (notice string) {
	var scripts []shellcheck.Script
	var owners []int // the job of each script
	for i := range jobs {
		j := &jobs[i]
		c, err := w.configs.Config(j.path)
		if err != nil {
			continue
		}
		settings := c.For(j.path)
		if !settings.Active("shellcheck") {
			continue
		}
		if j.content == nil {
			if j.content, err = readFile(j.path); err != nil {
				j.content = nil // the linter says so
				continue
			}
		}
		opt := stage.Options{Target: settings.Target, BuildArgs: settings.BuildArgs}
		for _, s := range lint.Scripts(source.NewFile(j.path, j.content), opt) {
			scripts, owners = append(scripts, s), append(owners, i)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, w.timeout+time.Duration(len(scripts))*shellCheckTime)
	defer cancel()
	comments, err := shellcheck.Run(ctx, program, scripts)
	if err != nil {
		return fmt.Sprintf("ShellCheck was not asked: %v", err)
	}
	for i, said := range comments {
		jobs[owners[i]].said = append(jobs[owners[i]].said, said...)
	}
	return ""
}
