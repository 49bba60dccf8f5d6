// Package corpustest gives tests the real Dockerfiles that are kept beside the repository where plimline is developed.
package corpustest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Dir is a folder with a folder for each Dockerfile. Tests that ask for it are skipped where the files are not at hand.
func Dir(tb testing.TB) string {
	tb.Helper()
	_, here, _, ok := runtime.Caller(0)
	if !ok {
		tb.Skip("where the repository is cannot be told")
	}
	archive := filepath.Join(filepath.Dir(here), "..", "..", "..", "shared", "corpus", "open.tar.xz")
	if _, err := os.Stat(archive); err != nil {
		tb.Skip("no corpus of real Dockerfiles at hand")
	}
	dir := tb.TempDir()
	if out, err := exec.Command("tar", "-C", dir, "-xJf", archive).CombinedOutput(); err != nil {
		tb.Skipf("unpack the corpus: %v: %s", err, out)
	}
	return dir
}
