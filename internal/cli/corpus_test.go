package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/plimline/plimline/internal/corpustest"
)

// TestCorpus lints all real Dockerfiles in one run: nothing crashes, every file is judged, no rule fails, and the
// same bytes come out at any number of jobs.
func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("lints 1,600 files several times")
	}
	dir := corpustest.Dir(t)
	files, err := filepath.Glob(filepath.Join(dir, "*", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out.json")
	var first []byte
	for _, jobs := range []string{"1", "2", "7"} {
		run(t, 0, "lint", "--no-gitignore", "--fail-on=never", "--show-unknown", "--timeout=5m", "--jobs="+jobs, "--format=json", "--output="+out, dir)
		got, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = got
		} else if string(got) != string(first) {
			t.Errorf("--jobs=%s writes other bytes than --jobs=1", jobs)
		}
	}
	var report struct {
		Files []struct {
			Path, Error string
			Findings    []struct{ Rule string }
		}
	}
	if err := json.Unmarshal(first, &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Files) != len(files) {
		t.Errorf("%d of %d files are in the report", len(report.Files), len(files))
	}
	counts := map[string]int{}
	for _, f := range report.Files {
		if f.Error != "" {
			t.Errorf("%s: %s", f.Path, f.Error)
		}
		for _, x := range f.Findings {
			counts[x.Rule]++
		}
	}
	if counts["faulty-rule"] > 0 {
		t.Errorf("%d times a rule failed", counts["faulty-rule"])
	}
	t.Log(counts)
}
