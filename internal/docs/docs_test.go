// Package docs makes the pages in docs/ that are generated, and holds the others to what plimline does: it is all tests.
package docs

import (
	"context"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/plimline/plimline/internal/cli"
)

// root is the repository's root, seen from this package.
const root = "../../"

var update = flag.Bool("update", false, "rewrite the generated pages of docs/")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"plimline": func() {
			os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

const generated = "<!-- Generated; go test ./internal/docs -update -->\n\n"

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(root+name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(root + name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is out of date; go test ./internal/docs -update\n%s", name, diff)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(root + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
