package lint_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/source"
)

func linter(tb testing.TB) (*lint.Linter, *config.Settings) {
	tb.Helper()
	engine, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return lint.New(engine, nil), config.Default(engine.Catalog()).For("Dockerfile")
}

// FuzzLint holds the whole pipe to what every input must give: no panic, no failing rule, findings in the file, in order,
// each once, and the same a second time.
func FuzzLint(f *testing.F) {
	for _, seed := range []string{
		"",
		"FROM golang:1.26 AS b\nRUN go build -o /app .\nFROM alpine\nCOPY --from=b /app /app\nCMD [\"/app\"]\n",
		"FROM a AS b\nFROM b AS a\nCOPY --from=a / /\nCOPY --from=5 x y\nUSER $X\n",
		"ARG V=${V}\nFROM x:$V\nENV A=1 A=2 B=${A:-$B}\nWORKDIR $A\nUSER ${B}\n",
		"# plimline ignore=all\n# hadolint ignore=DL3006\nFROM x\n# plimline ignore-stage=root-user x\nRUN <<EOF bash\ncd /a; (export A=1; go install .)\nEOF\n",
		"FROM scratch\nONBUILD COPY . .\nSHELL [\"powershell\"]\nRUN dir\nHEALTHCHECK CMD x\n",
		"\xef\xbb\xbf# escape=`\r\nFROM a`\r\n:b\r\nRUN a `\r\n # c\r\n && b\r\n",
	} {
		f.Add([]byte(seed))
	}
	l, settings := linter(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		src := source.NewFile("Dockerfile", text)
		found, err := l.File(context.Background(), src, buildcontext.Context{}, settings)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSortedFunc(found, finding.Compare) {
			t.Error("findings are not sorted")
		}
		whole := source.Span{Start: 0, End: len(text)}
		for i, x := range found {
			if x.Rule == "faulty-rule" {
				t.Errorf("a rule fails: %s", x.Message)
			}
			if x.Span.Len() < 0 || !whole.Contains(x.Span) {
				t.Errorf("%s: span %v is not in the file", x.Rule, x.Span)
			}
			if x.Message == "" || x.Severity == finding.Off {
				t.Errorf("%s: empty message or severity", x.Rule)
			}
			if i > 0 && finding.Compare(found[i-1], x) == 0 {
				t.Errorf("%s: the same finding twice", x.Rule)
			}
		}
		again, err := l.File(context.Background(), src, buildcontext.Context{}, settings)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(found, again); diff != "" {
			t.Errorf("a second run differs:\n%s", diff)
		}
	})
}
