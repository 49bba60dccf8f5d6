package cli_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/plimline/plimline/internal/cli"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/script")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"plimline": func() {
			code := cli.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
			reportPeak()
			os.Exit(code)
		},
		"docker-credential-tests": credentialHelper,
	})
}

// TestScript runs the CLI sessions in testdata/script.
func TestScript(t *testing.T) {
	repository, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "testdata", "script")
	var files []string
	if testing.Short() {
		// The race detector runs these, under which each command of a script takes a second to start. Of those that judge files or load policies
		// side by side, some are enough for it.
		for _, name := range []string{"add-ignore", "bake", "baseline", "bundle", "changed-since", "compose", "fix", "policies", "search"} {
			files = append(files, filepath.Join(dir, name+".txtar"))
		}
		dir = ""
	}
	testscript.Run(t, testscript.Params{
		Dir:           dir,
		Files:         files,
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("REPOSITORY", repository)
			if program, err := exec.LookPath("plimline"); err == nil {
				env.Setenv("PLIMLINE", program) // for scripts that change PATH
			}
			env.Setenv("NO_COLOR", "")
			return nil
		},
	})
}
