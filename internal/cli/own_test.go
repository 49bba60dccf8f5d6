package cli_test

import (
	"strings"
	"testing"
)

// TestReadme: the example in the README is what plimline says today.
func TestReadme(t *testing.T) {
	readme := string(readFile(t, root+"/README.md"))
	_, session, ok := strings.Cut(readme, "```console\n$ plimline lint testdata/mission/cgo-unset.Dockerfile\n")
	if !ok {
		t.Fatal("the README has no example")
	}
	want, _, _ := strings.Cut(session, "```")
	t.Chdir(root)
	if got := run(t, 1, "lint", "--no-config", "testdata/mission/cgo-unset.Dockerfile"); got != want {
		t.Errorf("plimline says\n%s\nthe README\n%s", got, want)
	}
}

// TestOwnDockerfile: there is nothing to say of plimline's own image but what its Dockerfile gives a reason for.
func TestOwnDockerfile(t *testing.T) {
	t.Chdir(root)
	got := run(t, 0, "lint", "--no-config", "--select", "all", "--show-unknown", "--profile", "go-strict", "--fail-on", "note", "Dockerfile")
	if want := "No findings in 1 file, 2 suppressed\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
