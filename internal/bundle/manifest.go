package bundle

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/plimline/plimline/internal/policy"
)

// manifestFile says what an OPA bundle is about. Few have one.
const manifestFile = ".manifest"

// maxRoots is how many parts of data a bundle may be about: each is compared with each.
const maxRoots = 1000

// checkManifest refuses a bundle that OPA would refuse for what its .manifest says: data and packages outside of its roots.
func checkManifest(files []txtar.File) error {
	var m struct {
		Roots *[]string `json:"roots"`
	}
	for _, f := range files {
		switch f.Name {
		case manifestFile:
			if len(f.Data) > maxManifest {
				return fmt.Errorf("%s: it is larger than %s", manifestFile, size(maxManifest))
			}
			if err := json.Unmarshal(f.Data, &m); err != nil {
				return fmt.Errorf("%s: %w", manifestFile, err)
			}
		case "patch.json":
			return errors.New("it is a delta bundle, which has changes instead of policies")
		}
	}
	if m.Roots == nil {
		return nil
	}
	roots := *m.Roots
	if len(roots) > maxRoots {
		return fmt.Errorf("%s: more than %d roots", manifestFile, maxRoots)
	}
	for i, root := range roots {
		roots[i] = strings.Trim(root, "/")
		for _, other := range roots[:i] {
			if within(other, roots[i]) || within(roots[i], other) {
				return fmt.Errorf("%s: the roots %q and %q overlap", manifestFile, other, roots[i])
			}
		}
	}
	inside := func(p string) bool {
		for _, root := range roots {
			if within(root, p) {
				return true
			}
		}
		return false
	}
	for _, f := range files {
		switch base := path.Base(f.Name); {
		case path.Ext(f.Name) == ".rego":
			pkg, err := policy.PackageOf(f.Data)
			if err == nil && !inside(strings.Join(pkg, "/")) {
				return fmt.Errorf("%s: the package %s is outside of the roots that %s allows", f.Name, strings.Join(pkg, "."), manifestFile)
			}
		case base == "data.json" || base == "data.yaml" || base == "data.yml":
			if err := checkData(f, inside); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkData looks at the keys of a data file down to where the roots allow them.
func checkData(f txtar.File, inside func(string) bool) error {
	var check func(at string, value any) error
	check = func(at string, value any) error {
		object, ok := value.(map[string]any)
		switch {
		case inside(at):
			return nil
		case !ok || len(object) == 0:
			return fmt.Errorf("%s: the data at %q is outside of the roots that %s allows", f.Name, at, manifestFile)
		}
		for key, v := range object {
			if err := check(strings.TrimPrefix(at+"/"+key, "/"), v); err != nil {
				return err
			}
		}
		return nil
	}
	value, err := policy.ReadData(f.Data)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	at := path.Dir(f.Name)
	if at == "." {
		at = ""
	}
	return check(at, value)
}

// within says whether a path of data is at or below a root.
func within(root, p string) bool {
	return root == "" || p == root || strings.HasPrefix(p, root+"/")
}
