package cli_test

import "testing"

// TestOwnDockerfile: there is nothing to say of plimline's own image but what its Dockerfile gives a reason for.
func TestOwnDockerfile(t *testing.T) {
	t.Chdir(root)
	got := run(t, 0, "lint", "--no-config", "--select", "all", "--show-unknown", "--profile", "go-strict", "--fail-on", "note", "Dockerfile")
	if want := "No findings in 1 file, 2 suppressed\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
