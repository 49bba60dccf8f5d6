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
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join(root, "testdata", "script"),
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
