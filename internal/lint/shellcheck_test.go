package lint_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/shellcheck"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// fakeVariable makes this test binary a ShellCheck that knows one thing: variables outside of quotes.
const fakeVariable = "PLIMLINE_FAKE_SHELLCHECK"

func TestMain(m *testing.M) {
	if os.Getenv(fakeVariable) != "" {
		fakeShellCheck()
	}
	os.Exit(m.Run())
}

var (
	fakeUse   = regexp.MustCompile(`"[^"]*"|\$\w+`)
	fakeKnown = regexp.MustCompile(`export (\w+)='([^\s*?]*)'`)
)

// fakeShellCheck counts lines and columns as the real one does: code points, a tab is one.
func fakeShellCheck() {
	type comment map[string]any
	var comments []comment
	for _, name := range os.Args[slices.Index(os.Args, "--")+1:] {
		text, err := os.ReadFile(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		known := map[string]bool{}
		for i, line := range strings.Split(string(text), "\n") {
			if i == 1 {
				for _, m := range fakeKnown.FindAllStringSubmatch(line, -1) {
					known["$"+m[1]] = true
				}
			}
			for _, at := range fakeUse.FindAllStringIndex(line, -1) {
				if use := line[at[0]:at[1]]; i > 1 && use[0] == '$' && !known[use] {
					column := utf8.RuneCountInString(line[:at[0]]) + 1
					comments = append(comments, comment{"file": name, "line": i + 1, "endLine": i + 1, "column": column,
						"endColumn": column + len(use), "level": "info", "code": 2086, "message": "Double quote to prevent globbing and word splitting."})
				}
			}
		}
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"comments": comments})
	os.Exit(min(len(comments), 1))
}

// placeTests are Dockerfiles whose variables called BAD are to be found, once each, and no others.
var placeTests = map[string]string{
	"plain":              "FROM alpine\nRUN ls $BAD1 \"$GOOD\" $BAD2\n",
	"flags":              "FROM alpine\nRUN --network=none --mount=type=cache,target=/a  ls $BAD1\n",
	"lower case":         "FROM alpine\n  run   ls $BAD1\n",
	"continued":          "FROM alpine\nRUN ls $BAD1 \\\n    && ls $BAD2 \\   \n\t&& ls \"$GOOD\" $BAD3\n",
	"a word continued":   "FROM alpine\nRUN ls a\\\nb$BAD1 && ls c\\\n\\\n$BAD2\n",
	"comments within":    "FROM alpine\nRUN ls $BAD1 && \\\n# $GOOD\n   # é $GOOD\n\n    ls $BAD2 && \\\n  # more\n ls $BAD3\n",
	"tabs":               "FROM alpine\nRUN\tls\t\t$BAD1\t&&\tls \t $BAD2\n",
	"several bytes":      "FROM alpine\nRUN echo 'ü€😀' $BAD1 && \\\n# 😀\n\techo \"é\t😀\" '日本語'\t$BAD2 # ñ\n",
	"combining":          "FROM alpine\nRUN echo 'e\u0301\u200d' $BAD1 '\ufeff' $BAD2\n",
	"not UTF-8":          "FROM alpine\nRUN echo '\xff\xc3' $BAD1 '\xe2\x82' $BAD2 '\xf0\x9f' $BAD3\n",
	"CRLF":               "FROM alpine\r\nRUN ls $BAD1 \\\r\n  && ls $BAD2 \\\r\n# c\r\n  && ls $BAD3\r\nRUN ls $BAD4\r\n",
	"byte order mark":    "\ufeffFROM alpine\nRUN ls $BAD1\n",
	"no line end":        "FROM alpine\nRUN ls $BAD1",
	"ends continued":     "FROM alpine\nRUN ls $BAD1 \\\n",
	"other escape":       "# escape=`\nFROM alpine\nSHELL [\"/bin/sh\", \"-c\"]\nRUN ls $BAD1 `\n  && ls $BAD2\n",
	"heredoc":            "FROM alpine\nRUN <<EOF\nls $BAD1\n\n\tls é $BAD2\nEOF\nRUN ls $BAD3\n",
	"heredoc, tabs off":  "FROM alpine\nRUN <<-EOF\n\tls $BAD1\n\t\tls $BAD2\n\tEOF\n",
	"heredoc, quoted":    "FROM alpine\nRUN <<'E F'\nls $BAD1 \\\n  $BAD2\nE F\n",
	"heredoc, CRLF":      "FROM alpine\r\nRUN <<EOF\r\nls $BAD1 a\r\nls $BAD2 b\r\nEOF\r\nRUN ls $BAD3\r\n",
	"heredoc, own shell": "FROM alpine\nRUN <<EOF\n#!/bin/bash -e\nls $BAD1\nls $BAD2\nEOF\n",
	"heredoc as a file":  "FROM alpine\nRUN cat <<EOF >$BAD1 && ls $BAD2\nsome é\ntext\nEOF\nRUN ls $BAD3\n",
	"two heredocs":       "FROM alpine\nRUN cat <<A >/a && cat <<-B >/b && ls $BAD1\none\nA\n\ttwo\n\tB\nRUN ls $BAD2\n",
	"heredoc of python":  "FROM python:3\nRUN <<EOF\n#!/usr/bin/env python3\nprint('''$GOOD''')\nEOF\nRUN ls $BAD1\n",
	"other instructions": "FROM alpine\nCMD ls $BAD1\nENTRYPOINT ls é $BAD2\nHEALTHCHECK --interval=5s CMD ls $BAD3\nONBUILD RUN ls $BAD4\n",
	"exec form":          "FROM alpine\nRUN [\"ls\", \"$GOOD\"]\nCMD [\"ls\", \"$GOOD\"]\nRUN ls $BAD1\n",
	"other shells":       "FROM alpine\nSHELL [\"pwsh\", \"-c\"]\nRUN ls $GOOD\nSHELL [\"/usr/bin/env\", \"bash\", \"-c\"]\nRUN ls $BAD1\nSHELL [\"python3\"]\nRUN ls $GOOD\n",
	"pragma":             "FROM alpine\n# hadolint shell=powershell\nRUN ls $GOOD\nRUN ls $GOOD\n# hadolint shell=bash\nRUN ls $BAD1\n# hadolint shell=pwsh\nSHELL [\"bash\", \"-c\"]\nRUN ls $BAD2\n",
	"windows":            "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nRUN dir $GOOD\nFROM alpine\nRUN ls $BAD1\n",
	"known values":       "ARG GOOD0=b\nFROM alpine\nARG GOOD1=a TARGETARCH BAD1 GOOD0\nENV GOOD2=$GOOD1.x GOOD3='it''s'\nRUN ls $GOOD0 $GOOD1 $GOOD2 $GOOD3 $TARGETARCH $BAD1\n",
	"values with blanks": "FROM alpine\nENV BAD1=\"a b\" BAD2=* GOOD=c\nRUN ls $BAD1 $GOOD $BAD2\n",
	"broken instruction": "FROM alpine\nRUN\nCOPY\nRUN --mount=type=nonsense ls\nRUN ls $BAD1\n",
}

// TestShellCheckPlaces asks this binary, and ShellCheck where it is installed.
func TestShellCheckPlaces(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	programs := map[string]string{"fake": self}
	if real, err := exec.LookPath("shellcheck"); err == nil {
		programs["real"] = real
	}
	bad := regexp.MustCompile(`\$BAD\d`)
	for name, program := range programs {
		t.Run(name, func(t *testing.T) {
			t.Setenv(fakeVariable, map[string]string{"fake": "1"}[name])
			t.Setenv("LC_ALL", "C")
			t.Setenv("SHELLCHECK_OPTS", "-f gcc -e SC2086")
			for name, text := range placeTests {
				scripts := lint.Scripts(source.NewFile("Dockerfile", []byte(text)), stage.Options{})
				said, err := shellcheck.Run(context.Background(), program, time.Minute, scripts)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				var got []string
				for _, comments := range said {
					for _, c := range comments {
						if c.Code == "SC2086" {
							got = append(got, fmt.Sprintf("%d %s", c.Span.Start, text[c.Span.Start:c.Span.End]))
						}
					}
				}
				var want []string
				for _, at := range bad.FindAllStringIndex(text, -1) {
					want = append(want, fmt.Sprintf("%d %s", at[0], text[at[0]:at[1]]))
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
}

// TestShellCheckAndRules: for one thing there is one finding, whoever finds it.
func TestShellCheckAndRules(t *testing.T) {
	const text = `FROM debian:12
ARG VERSION_A
RUN cat a | sort && rm -r $A
RUN bash -c 'cat b | sort'
RUN cat <<EOF | bash
cat c | sort
EOF
# plimline ignore=SC2034 why
# plimline ignore=SC2002 why
RUN cat d | sort && ls "${VERSIONA}"
RUN x=1; ls
`
	engine, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	l := lint.New(engine, nil)
	const choice = "select: [useless-cat, undefined-variable, unused-ignore, shellcheck, unquoted-variable]"
	c, err := config.Parse("plimline.yaml", []byte(choice), engine.Catalog())
	if err != nil {
		t.Fatal(err)
	}
	src := source.NewFile("Dockerfile", []byte(text))
	at := func(code, level, what string) shellcheck.Comment {
		start := strings.Index(text, what)
		return shellcheck.Comment{Code: code, Level: level, Message: "A message.", Span: source.Span{Start: start, End: start + len(what)}}
	}
	for name, tt := range map[string]struct {
		said []shellcheck.Comment
		want []string
	}{
		// No ignore is unused as far as anybody can tell.
		"not asked": {nil, []string{"useless-cat 3 cat a", "unquoted-variable 3 $A, with a fix", "useless-cat 4 cat b", "useless-cat 6 cat c",
			"useless-cat 10 cat d, suppressed", "undefined-variable 10 ${VERSIONA}"}},
		// ShellCheck does not look into the text of another shell, nor at variables that are to come from outside.
		"nothing said": {[]shellcheck.Comment{}, []string{"useless-cat 4 cat b", "useless-cat 6 cat c", "unused-ignore 8 SC2034",
			"undefined-variable 10 ${VERSIONA}"}},
		"the same said": {[]shellcheck.Comment{at("SC2086", "info", "$A"), at("SC2034", "warning", "x"), at("SC2002", "style", "cat d"),
			at("SC2034", "warning", "x=1")}, []string{"unquoted-variable 3 $A, with a fix", "useless-cat 4 cat b", "useless-cat 6 cat c",
			"unused-ignore 8 SC2034", "useless-cat 10 cat d, suppressed", "undefined-variable 10 ${VERSIONA}", "SC2034 11 x", "SC2034 11 x=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := l.File(context.Background(), src, buildcontext.Context{}, c.For("Dockerfile"), tt.said...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				line := strings.Count(text[:f.Span.Start], "\n") + 1
				s := fmt.Sprintf("%s %d %s", f.Rule, line, text[f.Span.Start:f.Span.End])
				if f.Suppressed != nil {
					s += ", suppressed"
				}
				if f.Fix != nil && f.Rule == "unquoted-variable" {
					s += ", with a fix"
				}
				got = append(got, s)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// FuzzScripts: whatever a Dockerfile holds, its scripts stand in it, and what ShellCheck may say of them does too.
func FuzzScripts(f *testing.F) {
	for _, text := range placeTests {
		f.Add([]byte(text))
	}
	l, settings := linter(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		src := source.NewFile("Dockerfile", text)
		whole := source.Span{Start: 0, End: len(text)}
		for _, s := range lint.Scripts(src, stage.Options{}) {
			for _, p := range s.Parts {
				for i := range len(p.String) {
					if at := p.Span(i, i+1); !whole.Contains(at) {
						t.Errorf("byte %d of %q stands at %v", i, p.String, at)
					}
				}
			}
		}
		if _, err := l.File(context.Background(), src, buildcontext.Context{}, settings, []shellcheck.Comment{}...); err != nil {
			t.Fatal(err)
		}
	})
}
