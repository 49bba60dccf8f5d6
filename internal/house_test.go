package internal_test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/plimline/plimline"

// floors says how high each package stands: it imports only packages of lower floors.
var floors = map[string]int{
	"internal/source":       0,
	"internal/finding":      1,
	"internal/dockerfile":   1,
	"internal/shell":        1,
	"internal/image":        1,
	"rules":                 1,
	"policies":              1,
	"internal/discover":     1,
	"internal/buildcontext": 1,
	"internal/stage":        2,
	"internal/config":       2,
	"internal/foreign":      2,
	"internal/baseline":     2,
	"internal/ignore":       2,
	"internal/inputs":       2,
	"internal/gobuild":      3,
	"internal/document":     4,
	"internal/policy":       5,
	"internal/growthtest":   0,
	"internal/corpustest":   1,
	"internal/registrytest": 1,
	"internal/shellcheck":   1,
	"internal/bundle":       6,
	"internal/lint":         6,
	"internal/report":       6,
	"internal/graph":        6,
	"internal/fix":          7,
	"internal/spec":         8,
	"internal/unit":         8,
	"internal/playground":   8,
	"internal/lsp":          9,
	"internal/cli":          10,
	"internal/docs":         11,
	"cmd/plimline":          11,
	"site":                  12,
	"site/playground":       10,
}

// doors names the one package that may import what lies behind each path.
var doors = map[string]string{
	"github.com/moby/buildkit":          "internal/dockerfile",
	"github.com/moby/patternmatcher":    "internal/buildcontext",
	"mvdan.cc/sh":                       "internal/shell",
	"github.com/distribution/reference": "internal/image",
	"github.com/open-policy-agent/opa":  "internal/policy",
	"github.com/owenrumney/go-sarif":    "internal/report",
	"github.com/sourcegraph/jsonrpc2":   "internal/lsp",
	"github.com/spf13/cobra":            "internal/cli",
	"oras.land/oras-go":                 "internal/bundle",
	// OPA's own package for signed bundles costs the binary 1.5 MB.
	"github.com/lestrrat-go/jwx": "internal/policy",
	"github.com/compose-spec":    "internal/inputs",
	"github.com/hashicorp/hcl":   "internal/inputs",
	"github.com/zclconf/go-cty":  "internal/inputs",
	"github.com/yuin/goldmark":   "site",
}

func TestHouse(t *testing.T) {
	list := func(system ...string) string {
		cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...")
		cmd.Env = append(os.Environ(), system...)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		return string(out)
	}
	seen := map[string]bool{}
	// The playground's command is for browsers alone.
	for d := json.NewDecoder(strings.NewReader(list() + list("GOOS=js", "GOARCH=wasm"))); ; {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&pkg); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(pkg.ImportPath, module+"/")
		if name == "internal" {
			continue
		}
		floor, ok := floors[name]
		if !ok {
			t.Errorf("package %s has no floor: add it to the table", name)
		}
		seen[name] = true
		for _, imported := range pkg.Imports {
			if below, ok := strings.CutPrefix(imported, module+"/"); ok && floors[below] >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d)", name, floor, below, floors[below])
			}
			for door, owner := range doors {
				if (imported == door || strings.HasPrefix(imported, door+"/")) && name != owner {
					t.Errorf("%s imports %s; only %s may", name, imported, owner)
				}
			}
		}
	}
	for name := range floors {
		if !seen[name] {
			t.Errorf("the table names %s, which does not exist", name)
		}
	}
}
