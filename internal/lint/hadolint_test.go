package lint_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/source"
)

// assertion is one of hadolint's own tests: whether a rule finds something in a Dockerfile, or how often.
type assertion struct {
	Rule       string
	Catches    any
	Dockerfile string
	Config     map[string]any
}

// key names an assertion without repeating its text, whose licence is not ours.
func (a assertion) key() string {
	sum := sha256.Sum256([]byte(a.Dockerfile))
	return a.Rule + " " + hex.EncodeToString(sum[:6])
}

// TestHadolint compares with hadolint's assertions, where they are at hand: 97 of 100 agree at least, and each other one is in
// testdata/hadolint-differences.yaml with the reason.
func TestHadolint(t *testing.T) {
	file, err := os.Open("../../../shared/cases/hadolint.jsonl")
	if err != nil {
		t.Skip("hadolint's assertions are not at hand")
	}
	defer file.Close()
	text, err := os.ReadFile("../../testdata/hadolint-differences.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var reasons map[string]string
	if err := yaml.Unmarshal(text, &reasons); err != nil {
		t.Fatal(err)
	}
	engine, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	l := lint.New(engine, nil)
	total, differ := 0, map[string]bool{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var a assertion
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		total++
		if found := count(t, l, engine.Catalog(), a); !agrees(a.Catches, found) {
			differ[a.key()] = true
			if reasons[a.key()] == "" {
				t.Errorf("%s: hadolint says %v, found %d, and no reason is given:\n%s", a.key(), a.Catches, found, a.Dockerfile)
			}
		}
	}
	for key := range reasons {
		if !differ[key] {
			t.Errorf("%s agrees, or is gone: take it off the list", key)
		}
	}
	t.Logf("%d of %d agree", total-len(differ), total)
	if len(differ)*100 > total*3 {
		t.Errorf("%d of %d differ", len(differ), total)
	}
}

func agrees(want any, found int) bool {
	if n, ok := want.(float64); ok {
		return found == int(n)
	}
	return want == (found > 0)
}

// count is how many findings the rules with the code have, when all rules are on.
func count(t *testing.T, l *lint.Linter, catalog *finding.Catalog, a assertion) int {
	t.Helper()
	c := config.Default(catalog)
	flags := config.Flags{Select: []string{"all"}}
	if len(a.Config) > 0 {
		text, err := yaml.Marshal(a.Config)
		if err != nil {
			t.Fatal(err)
		}
		translated, err := config.FromHadolint(".hadolint.yaml", text, catalog)
		if err != nil {
			t.Fatal(err)
		}
		if c, err = config.Parse("plimline.yaml", []byte(translated), catalog); err != nil {
			t.Fatal(err)
		}
		flags = config.Flags{}
	}
	c, err := c.With(flags)
	if err != nil {
		t.Fatal(err)
	}
	findings, err := l.File(context.Background(), source.NewFile("Dockerfile", []byte(a.Dockerfile)), buildcontext.Context{}, c.For("Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range findings {
		rule, _ := catalog.Rule(f.Rule)
		code := slices.Contains(rule.Aliases, "hadolint/"+a.Rule) ||
			a.Rule == "SC*" && slices.ContainsFunc(rule.Aliases, func(alias string) bool { return strings.HasPrefix(alias, "shellcheck/") })
		if code && f.Suppressed == nil && !f.Unknown {
			n++
		}
	}
	return n
}
