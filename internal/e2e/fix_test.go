//go:build e2e

package e2e_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestFixes builds the applications of testdata/e2e/fix before and after all fixes of their findings. The image has the same files and the
// same configuration, but for the parts that the case's comment names before the colon, and prints the same; one that is called broken there does
// not build or start before, because of what is fixed, and prints "ok" then. The rules behind the colon must all have been mended.
func TestFixes(t *testing.T) {
	plimline := build(t)
	cases, err := filepath.Glob("../../testdata/e2e/fix/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal(len(cases), err)
	}
	mended := map[string]bool{}
	for _, file := range cases {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := unpack(t, archive)
			parts, rules, _ := strings.Cut(strings.TrimSpace(string(archive.Comment)), ": ")
			before := inspect(t, "plimline-fix-"+name+"-before", dir, true)
			out, err := exec.Command(plimline, "fix", "--no-config", "--select=all", filepath.Join(dir, "Dockerfile")).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, rule := range strings.Fields(rules) {
				if !strings.Contains(string(out), rule) {
					t.Errorf("%s is not mended:\n%s", rule, out)
				}
				mended[rule] = true
			}
			after := inspect(t, "plimline-fix-"+name+"-after", dir, true)
			if !after.ok || !strings.Contains(after.output, "ok") {
				t.Fatalf("it does not run when it is mended:\n%s", after.output)
			}
			if broken := slices.Contains(strings.Fields(parts), "broken"); broken == before.ok {
				t.Fatalf("it runs before it is mended: %v\n%s", before.ok, before.output)
			} else if broken {
				return
			}
			for part, value := range before.config {
				if slices.Contains(strings.Fields(parts), part) || part == "Image" {
					continue
				}
				if diff := cmp.Diff(value, after.config[part]); diff != "" {
					t.Errorf("%s differs: %s", part, diff)
				}
			}
			if diff := cmp.Diff(before.files, after.files); diff != "" {
				t.Errorf("the files differ: %s", diff)
			}
			if before.output != after.output {
				t.Errorf("it prints %q, and did print %q", after.output, before.output)
			}
		})
	}
	t.Logf("%d rules mended", len(mended))
	if len(mended) < 20 {
		t.Errorf("fixes of %d rules, want at least 20", len(mended))
	}
}

// image is what an engine says of an image.
type image struct {
	ok     bool // it builds and runs
	output string
	config map[string]any
	files  []string // names with type and mode
	size   int64    // in bytes
}

var fileLine = regexp.MustCompile(`^(\S+)\s+\S+\s+\d+\s+\S+\s+\S+\s+(.*)$`)

// inspect builds and runs an image; its files are listed on request, which takes ten seconds for a large one.
func inspect(t *testing.T, name, dir string, list bool) image {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "docker", "build", "--network=none", "-t", name, dir)
	cmd.Env = append(os.Environ(), "DOCKER_BUILDKIT=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return image{output: string(out)}
	}
	defer exec.Command("docker", "rmi", "-f", name).Run()
	var i image
	out, err := exec.CommandContext(ctx, "docker", "inspect", "--format", "{{json .Config}}", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &i.config); err != nil {
		t.Fatal(err)
	}
	if list {
		i.files = filesOf(t, ctx, name)
	}
	i.size = size(t, name)
	text, err := exec.CommandContext(ctx, "docker", "run", "--rm", "--network=none", name).CombinedOutput()
	i.ok, i.output = err == nil, string(text)
	return i
}

func filesOf(t *testing.T, ctx context.Context, name string) []string {
	t.Helper()
	id, err := exec.CommandContext(ctx, "docker", "create", "--network=none", name, "x").Output()
	if err != nil {
		t.Fatal(err)
	}
	container := strings.TrimSpace(string(id))
	defer exec.Command("docker", "rm", "-f", container).Run()
	list, err := exec.CommandContext(ctx, "sh", "-c", "docker export "+container+" | tar -tv").Output()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for line := range strings.Lines(string(list)) {
		if m := fileLine.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			files = append(files, m[1]+" "+m[2])
		}
	}
	slices.Sort(files)
	return files
}
