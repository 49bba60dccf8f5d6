package cli_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimline/plimline/internal/report"
)

// TestJobs: the same bytes come out of every format at any number of jobs.
func TestJobs(t *testing.T) {
	t.Chdir(root)
	dir := t.TempDir()
	outputs := func(jobs string) (args []string, files []string) {
		args = []string{"lint", "--no-config", "--fail-on=never", "--show-unknown", "--jobs=" + jobs}
		for _, name := range report.Formats() {
			file := filepath.Join(dir, jobs+"."+name)
			args, files = append(args, "--format", name, "--output", file), append(files, file)
		}
		return append(args, "testdata/mission", "rules/root-user", "rules/latest-tag", "policies"), files
	}
	args, first := outputs("1")
	run(t, 0, args...)
	for _, jobs := range []string{"2", "7"} {
		args, files := outputs(jobs)
		run(t, 0, args...)
		for i := range files {
			if string(readFile(t, files[i])) != string(readFile(t, first[i])) {
				t.Errorf("--jobs=%s writes another report than --jobs=1: %s", jobs, filepath.Ext(files[i]))
			}
		}
	}
	for _, file := range first {
		if !strings.Contains(string(readFile(t, file)), "latest-tag") {
			t.Errorf("%s says nothing", filepath.Base(file))
		}
	}
}

// TestFormatsInDocs: the page's table has every format.
func TestFormatsInDocs(t *testing.T) {
	page := string(readFile(t, root+"/docs/formats.md"))
	for _, name := range report.Formats() {
		if !strings.Contains(page, "\n| `"+name+"` |") {
			t.Errorf("docs/formats.md does not have the format %s", name)
		}
	}
}
