package stage_test

import (
	"strings"
	"testing"

	"github.com/plimline/plimline/internal/stage"
)

// TestPragma: hadolint's comment names the shell from the instruction below it on, in later stages too; SHELL wins.
func TestPragma(t *testing.T) {
	const text = "FROM a\nRUN 1\n# hadolint shell = bash\n# why\nRUN 2\nSHELL [\"/bin/ash\", \"-c\"]\nRUN 3\nFROM b\nRUN 4\n# hadolint shell=powershell.exe\nFROM c AS c\nRUN 5\nFROM c\nRUN 6\n"
	m := resolve(text, stage.Options{})
	var got []string
	for _, s := range m.Stages {
		for _, step := range s.Steps {
			if step.Name == "RUN" {
				got = append(got, step.Before.Shell.Words[0])
			}
		}
	}
	if list := strings.Join(got, " "); list != "/bin/sh bash /bin/ash bash powershell.exe powershell.exe" {
		t.Error(list)
	}
}
