// Command trivy says what Trivy finds in Dockerfiles by checks that are given to it, and how their tests end in OPA.
//
//	trivy scan FOLDER CHECKS...   Dockerfiles below the folder, one by one: a line of JSON for each result
//	trivy test CHECKS...          the tests of checks: a line of JSON for each
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aquasecurity/trivy/pkg/iac/rego"
	"github.com/aquasecurity/trivy/pkg/iac/scan"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/dockerfile"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/tester"
)

func main() {
	var err error
	switch os.Args[1] {
	case "scan":
		err = scanned(os.Args[2], os.Args[3:])
	case "test":
		err = tested(os.Args[2:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func scanned(folder string, checks []string) error {
	namespaces, err := namespacesOf(checks)
	if err != nil {
		return err
	}
	var dirs []string
	for _, dir := range checks {
		dirs = append(dirs, strings.TrimPrefix(dir, "/"))
	}
	scanner := dockerfile.NewScanner(rego.WithPolicyFilesystem(os.DirFS("/")), rego.WithPolicyDirs(dirs...), rego.WithPolicyNamespaces(namespaces...))
	out := json.NewEncoder(os.Stdout)
	fsys := os.DirFS(folder)
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		// Of several files together a check that fails on one has no results for the others.
		var results scan.Results
		func() {
			defer func() {
				if recover() != nil { // Trivy crashes on a comment "# check=" before an instruction
					err = out.Encode(map[string]any{"file": name, "crash": true})
				}
			}()
			results, err = scanner.ScanFS(context.Background(), fsys, name)
		}()
		if err != nil {
			return fmt.Errorf("scan %s: %w", name, err)
		}
		for _, r := range results {
			if r.Status() == scan.StatusPassed {
				continue
			}
			err := out.Encode(map[string]any{
				"file": name, "id": r.Rule().ID, "package": r.RegoNamespace(), "message": r.Description(), "severity": r.Severity(),
				"start": r.Range().GetStartLine(), "end": r.Range().GetEndLine(), "ignored": r.Status() == scan.StatusIgnored,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// namespacesOf are the first names of the packages.
func namespacesOf(checks []string) ([]string, error) {
	var out []string
	for _, dir := range checks {
		modules, err := rego.LoadPoliciesFromDirs(os.DirFS(dir), ".")
		if err != nil {
			return nil, err
		}
		for _, m := range modules {
			out = append(out, strings.Split(strings.TrimPrefix(m.Package.Path.String(), "data."), ".")[0])
		}
	}
	return out, nil
}

func tested(checks []string) error {
	rego.LoadAndRegister() // the functions
	loaded, err := loader.NewFileLoader().WithProcessAnnotation(true).Filtered(checks, func(_ string, info fs.FileInfo, _ int) bool {
		return !info.IsDir() && filepath.Ext(info.Name()) != ".rego"
	})
	if err != nil {
		return err
	}
	results, err := tester.NewRunner().SetModules(loaded.ParsedModules()).RunTests(context.Background(), nil)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for r := range results {
		if err := out.Encode(map[string]any{"name": strings.TrimPrefix(r.Package, "data.") + "." + r.Name, "passed": r.Pass()}); err != nil {
			return err
		}
	}
	return nil
}
