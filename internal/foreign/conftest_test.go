package foreign_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/corpustest"
	"github.com/plimline/plimline/internal/foreign"
	"github.com/plimline/plimline/internal/source"
)

// TestLikeConftest compares the documents of real Dockerfiles with those of conftest, where CONFTEST names it.
func TestLikeConftest(t *testing.T) {
	program := os.Getenv("CONFTEST")
	if program == "" {
		t.Skip("CONFTEST does not name conftest")
	}
	files, err := filepath.Glob(filepath.Join(corpustest.Dir(t), "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	compared, refused := 0, 0
	for i, name := range files {
		if i%max(1, len(files)/200) != 0 {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			continue // a folder
		}
		out, failed := exec.Command(program, "parse", "--parser", "dockerfile", name).Output()
		got, err := foreign.Conftest(source.NewFile(name, text))
		if (failed != nil) != (err != nil) {
			t.Errorf("%s: conftest says %v and we %v", name, failed, err)
		}
		if failed != nil {
			refused++
			continue
		}
		compared++
		var want []any
		if err := json.Unmarshal(out, &want); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := json.NewEncoder(&b).Encode([]any{got}); err != nil {
			t.Fatal(err)
		}
		var ours []any
		if err := json.Unmarshal(b.Bytes(), &ours); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, ours); diff != "" {
			t.Errorf("%s (-conftest +plimline):\n%s", name, diff)
		}
	}
	t.Logf("%d equal, %d refused by both", compared, refused)
	if compared == 0 {
		t.Error("nothing was compared")
	}
}
