package fix_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/corpustest"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/fix"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/source"
)

func setup(tb testing.TB, sets ...string) (*lint.Linter, *config.Settings) {
	tb.Helper()
	engine, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	c, err := config.Default(engine.Catalog()).With(config.Flags{Select: sets})
	if err != nil {
		tb.Fatal(err)
	}
	return lint.New(engine, nil), c.For("Dockerfile")
}

func mend(tb testing.TB, f *fix.Fixer, set *config.Settings, text string) *fix.Result {
	tb.Helper()
	r, err := f.File(context.Background(), source.NewFile("Dockerfile", []byte(text)), buildcontext.Context{}, set)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestFile(t *testing.T) {
	l, set := setup(t, "all")
	f := &fix.Fixer{Linter: l}
	for name, tt := range map[string]struct{ text, want string }{
		"several rules in several rounds": {
			"from debian:13-slim as Base\nMAINTAINER me@example.com\nENV A 1\nENV B two words\nADD x /x\nRUN apt-get update \\\n  && apt-get install curl\nCMD date\nCMD cal\n",
			"from debian:13-slim as base\nlabel org.opencontainers",
		},
		"continued lines stay": {
			"FROM debian:13-slim\nRUN apt-get update \\\n  # why\n  && apt-get install \\\n    curl\n",
			"FROM debian:13-slim\nRUN apt-get update \\\n  # why\n  && apt-get install -y \\\n    curl && rm -rf /var/lib/apt/lists/*\n",
		},
		"line ends stay": {
			"FROM debian:13-slim\r\nENV A 1\r\nRUN echo $TARGETARCH\r\nCMD cal\r\nCMD [\"date\"]\r\n",
			"FROM debian:13-slim\r\nENV A=1\r\nARG TARGETARCH\r\nRUN echo $TARGETARCH\r\nCMD [\"date\"]\r\n",
		},
		"the byte order mark and a missing last line end stay": {"\ufeffFROM debian:13-slim\nENV A 1", "\ufeffFROM debian:13-slim\nENV A=1"},
		"nothing to mend":      {"FROM debian:13-slim\n", "FROM debian:13-slim\n"},
		"no Dockerfile at all": {"\x00\x01", "\x00\x01"},
	} {
		t.Run(name, func(t *testing.T) {
			r := mend(t, f, set, tt.text)
			got := string(r.Source.Bytes)
			if name == "several rules in several rounds" {
				for _, want := range []string{"from debian:13-slim as base\n", `org.opencontainers.image.authors="me@example.com"`, "A=1\n", `B="two words"`, "copy x /x", "apt-get install -y curl && rm -rf /var/lib", "cal"} {
					if !strings.Contains(strings.ToLower(got), strings.ToLower(want)) {
						t.Errorf("no %q in\n%s", want, got)
					}
				}
			} else if got != tt.want {
				t.Errorf("got\n%q, want\n%q", got, tt.want)
			}
			if again := mend(t, f, set, got); len(again.Applied) > 0 {
				t.Errorf("a second run mends %v", again.Applied)
			}
		})
	}
}

// TestApply: overlapping edits are refused.
func TestApply(t *testing.T) {
	at := func(start, end int, text string) finding.Edit {
		return finding.Edit{Span: source.Span{Start: start, End: end}, Text: text}
	}
	if got, ok := finding.Apply([]byte("abcdef"), []finding.Edit{at(4, 5, "X"), at(0, 1, ""), at(2, 2, "--")}); !ok || string(got) != "b--cdXf" {
		t.Errorf("got %q, %v", got, ok)
	}
	if _, ok := finding.Apply([]byte("abcdef"), []finding.Edit{at(0, 3, "X"), at(2, 4, "Y")}); ok {
		t.Error("edits that overlap are made")
	}
}

// TestCorpus mends all real Dockerfiles, safely and not: what was valid stays valid, and a second run changes nothing.
func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("mends 1,600 files twice")
	}
	files, err := filepath.Glob(filepath.Join(corpustest.Dir(t), "*", "Dockerfile"))
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	l, set := setup(t, "all")
	for _, unsafe := range []bool{false, true} {
		f := &fix.Fixer{Linter: l, Unsafe: unsafe}
		fixed, undone := map[string]int{}, map[string]int{}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r := mend(t, f, set, string(text))
			for _, a := range r.Applied {
				fixed[a.Rule]++
			}
			for _, u := range r.Undone {
				undone[u.Rule+": "+u.Reason]++
			}
			before, after := dockerfile.Parse(source.NewFile(file, text)), dockerfile.Parse(r.Source)
			if len(after.Problems) > len(before.Problems) {
				t.Errorf("%s: no longer valid: %s", file, after.Problems[0].Message)
			}
			if len(r.Applied) == 0 {
				continue // and a second run, of the same text, would mend nothing either
			}
			if again := mend(t, f, set, string(r.Source.Bytes)); len(again.Applied) > 0 {
				t.Errorf("%s: a second run mends %v", file, again.Applied)
			}
		}
		t.Logf("unsafe %v: fixed %v, undone %v", unsafe, fixed, undone)
	}
}
