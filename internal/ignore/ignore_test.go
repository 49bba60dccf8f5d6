package ignore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

func catalog() *finding.Catalog {
	rule := func(id string, aliases ...string) finding.Rule {
		return finding.Rule{ID: id, Kind: finding.KindRule, Severity: finding.Warning, Aliases: aliases}
	}
	return finding.NewCatalog([]finding.Rule{
		rule("cgo-binary-on-musl"),
		rule("invalid-ignore"),
		rule("latest-tag", "hadolint/DL3007", "trivy/DS-0001"),
		rule("relative-workdir", "hadolint/DL3000", "buildkit/WorkdirRelativePath"),
		rule("root-user", "hadolint/DL3002", "trivy/DS-0002"),
		rule("secret-in-env", "hadolint/DL3064", "buildkit/SecretsUsedInArgOrEnv", "trivy/AVD-DS-0031"),
		rule("unused-ignore"),
		rule("untagged-base-image", "hadolint/DL3006", "trivy/DS-0001"),
	})
}

// scan reads as much of a Dockerfile as these tests use.
func scan(text string) *dockerfile.File {
	src := source.NewFile("Dockerfile", []byte(text))
	f := &dockerfile.File{Source: src}
	var open *dockerfile.Instruction
	for n := 1; n <= src.Lines(); n++ {
		span := src.LineSpan(n)
		line := src.Text(span)
		span.Start += len(line) - len(strings.TrimLeft(line, " \t"))
		body, comment := strings.CutPrefix(strings.TrimSpace(line), "#")
		switch {
		case comment && n == 1 && strings.HasPrefix(strings.TrimSpace(body), "check="):
			f.Directives = append(f.Directives, dockerfile.Directive{
				Name: "check", Value: strings.TrimPrefix(strings.TrimSpace(body), "check="), Span: span,
			})
		case comment:
			next := len(f.Instructions)
			if open != nil {
				next--
			}
			f.Comments = append(f.Comments, dockerfile.Comment{
				Span: span, Text: strings.TrimSpace(body), Next: next, Inside: open != nil,
			})
		case strings.TrimSpace(line) != "":
			if open == nil {
				name, _, _ := strings.Cut(src.Text(span), " ")
				open = &dockerfile.Instruction{Index: len(f.Instructions), Name: name, Span: span}
				f.Instructions = append(f.Instructions, open)
			}
			open.Span.End = span.End
			if !strings.HasSuffix(line, "\\") {
				open = nil
			}
		}
	}
	return f
}

// apply suppresses findings, given as "line rule" or "0 rule" for the whole file, and shows all that come back.
func apply(f *dockerfile.File, findings []string, off ...string) []string {
	return applyWith(Options{Today: "2026-11-24"}, f, findings, off...)
}

func applyWith(opt Options, f *dockerfile.File, findings []string, off ...string) []string {
	var in []finding.Finding
	for _, text := range findings {
		number, rule, _ := strings.Cut(text, " ")
		line, err := strconv.Atoi(number)
		if err != nil {
			panic(err)
		}
		var span source.Span
		if line > 0 {
			span = f.Source.LineSpan(line)
		}
		in = append(in, finding.Finding{Rule: rule, Span: span, Message: "found"})
	}
	active := func(rule string) bool { return !slices.Contains(off, rule) }
	var out []string
	for _, found := range Parse(f, catalog(), opt).Apply(in, active) {
		line := fmt.Sprintf("%d %s", f.Source.Line(found.Span.Start), found.Rule)
		if found.Message != "found" {
			line += fmt.Sprintf(" [%s] %s", f.Source.Text(found.Span), found.Message)
		}
		if by := found.Suppressed; by != nil {
			line += fmt.Sprintf(" <- %d %q", f.Source.Line(by.Span.Start), by.Reason)
		}
		out = append(out, line)
	}
	return out
}

func TestOwnComments(t *testing.T) {
	tests := []struct {
		name, text     string
		findings, want []string
		off            []string
	}{
		{
			"the next instruction",
			"FROM a\n# plimline ignore=root-user\nUSER root\nUSER root\n",
			[]string{"3 root-user", "4 root-user", "3 latest-tag"},
			[]string{`3 root-user <- 2 ""`, "4 root-user", "3 latest-tag"}, nil,
		},
		{
			"comments and blank lines in between, reasons",
			"FROM a\n# plimline ignore=root-user — weil’s sein muß\n\n# more\n# Plimline: ignore = DL3007 , secret-in-env -- why, then\n\nUSER root\n",
			[]string{"7 root-user", "7 latest-tag", "7 secret-in-env"},
			[]string{`7 root-user <- 2 "weil’s sein muß"`, `7 latest-tag <- 5 "why, then"`, `7 secret-in-env <- 5 "why, then"`}, nil,
		},
		{
			"every spelling of the name and the separator",
			"##  PLIMLINE:ignore=root-user: # because\nUSER root\n#plimline ignore= root-user\nUSER root\n",
			[]string{"2 root-user", "4 root-user"},
			[]string{`2 root-user <- 1 "because"`, `4 root-user <- 3 ""`}, nil,
		},
		{
			"inside a continued instruction",
			"FROM a\nRUN a \\\n  # plimline ignore=root-user b\n  && b \\\n  && c\nRUN a\n",
			[]string{"2 root-user", "4 root-user", "5 root-user", "6 root-user"},
			[]string{`2 root-user <- 3 "b"`, `4 root-user <- 3 "b"`, `5 root-user <- 3 "b"`, "6 root-user"}, nil,
		},
		{
			"a stage, from above its FROM and from within",
			"ARG A\nFROM a\nUSER root\n# plimline ignore-stage=root-user above\nFROM b\nUSER root\n" +
				"# plimline ignore-stage=latest-tag within\nUSER root\n\nFROM c\nUSER root\n",
			[]string{"3 root-user", "5 latest-tag", "6 root-user", "8 latest-tag", "10 latest-tag", "11 root-user"},
			[]string{
				"3 root-user", `5 latest-tag <- 7 "within"`, `6 root-user <- 4 "above"`, `8 latest-tag <- 7 "within"`, "10 latest-tag", "11 root-user",
			}, nil,
		},
		{
			"the stage behind the last instruction, and a file without FROM",
			"USER root\n# plimline ignore-stage=root-user\n",
			[]string{"1 root-user"}, []string{`1 root-user <- 2 ""`}, nil,
		},
		{
			"before the first FROM there is no stage",
			"# plimline ignore-stage=root-user\nARG A\nFROM a\n",
			nil, []string{"1 invalid-ignore [# plimline ignore-stage=root-user] this comment stands in no stage; put it above FROM or behind it"}, nil,
		},
		{
			"the file, also what belongs to no instruction",
			"FROM a\nUSER root\n# plimline ignore-file=root-user,latest-tag all of it\n",
			[]string{"0 root-user", "1 latest-tag", "2 root-user", "2 secret-in-env"},
			[]string{`1 root-user <- 3 "all of it"`, `1 latest-tag <- 3 "all of it"`, `2 root-user <- 3 "all of it"`, "2 secret-in-env"}, nil,
		},
		{
			"what belongs to no instruction is suppressed by nothing less",
			"# plimline ignore=root-user\nFROM a\n# plimline ignore-stage=root-user\nUSER root\n",
			[]string{"0 root-user", "1 root-user"},
			[]string{
				"1 root-user", "1 root-user", "1 unused-ignore [root-user] no root-user is found in this FROM",
				"3 unused-ignore [root-user] no root-user is found in this stage",
			}, nil,
		},
		{
			"all",
			"FROM a\n# plimline ignore=all\nUSER root\n# plimline ignore=ALL\nUSER a\n",
			[]string{"3 root-user", "3 latest-tag"},
			[]string{
				`3 root-user <- 2 ""`, `3 latest-tag <- 2 ""`, "4 unused-ignore [ALL] nothing is found in this USER to ignore",
			}, nil,
		},
		{
			"one alias of several rules",
			"# plimline ignore=DS-0001\nFROM a\n",
			[]string{"2 latest-tag", "2 untagged-base-image"},
			[]string{`2 latest-tag <- 1 ""`, `2 untagged-base-image <- 1 ""`}, nil,
		},
		{
			"the closest comment gives the reason, and both are used",
			"# plimline ignore-file=root-user file\nFROM a\n# plimline ignore-stage=root-user stage\n# plimline ignore=root-user line\nUSER root\n",
			[]string{"5 root-user"}, []string{`5 root-user <- 4 "line"`}, nil,
		},
		{
			"unused, one by one, but not when the rule is off",
			"FROM a\n# plimline ignore=root-user,latest-tag,DL3006\nUSER root\n# plimline ignore-file=secret-in-env\n# plimline ignore=root-user\n",
			[]string{"3 latest-tag"},
			[]string{
				`3 latest-tag <- 2 ""`, "2 unused-ignore [root-user] no root-user is found in this USER",
				"5 unused-ignore [root-user] no root-user is found below: no instruction follows",
				"4 unused-ignore [secret-in-env] no secret-in-env is found in this file",
			},
			[]string{"untagged-base-image"},
		},
		{
			"nothing is unused when unused-ignore is off",
			"FROM a\n# plimline ignore=root-user,rot-user\nUSER root\n",
			nil, nil, []string{"unused-ignore", "invalid-ignore"},
		},
		{
			"findings about comments are suppressed for the file only",
			"# plimline ignore-file=unused-ignore,invalid-ignore known\nFROM a\n# plimline ignore=root-user,rot-user\nUSER a\n",
			nil,
			[]string{
				`3 invalid-ignore [rot-user] unknown rule "rot-user"; did you mean "root-user"? <- 1 "known"`,
				`3 unused-ignore [root-user] no root-user is found in this USER <- 1 "known"`,
			}, nil,
		},
		{
			"a comment that hides unused ones can be unused",
			"# plimline ignore-file=unused-ignore\nFROM a\n# plimline ignore=unused-ignore\nUSER a\n# plimline ignore-file=all\n",
			nil,
			[]string{`3 unused-ignore [unused-ignore] no unused-ignore is found in this USER <- 1 ""`}, nil,
		},
		{
			"really unused",
			"# plimline ignore-file=unused-ignore\nFROM a\n",
			nil, []string{"1 unused-ignore [unused-ignore] no unused-ignore is found in this file"}, nil,
		},
		{
			"unknown names, the others still count",
			"FROM a\n# plimline ignore=rot-user,root-user,DL9999,,x\nUSER root\n",
			[]string{"3 root-user"},
			[]string{
				`3 root-user <- 2 ""`,
				`2 invalid-ignore [rot-user] unknown rule "rot-user"; did you mean "root-user"?`,
				`2 invalid-ignore [DL9999] unknown rule "DL9999"`,
				"2 invalid-ignore [] a rule's name is missing here",
				`2 invalid-ignore [x] unknown rule "x"`,
			}, nil,
		},
		{
			"malformed",
			"# plimline ignore\n# plimline ignore root-user\n# plimline ignroe=root-user\n# plimline disable=root-user\n# plimline ignore=\n" +
				"# plimline-ignore=root-user\n# plimline ignore-file: root-user\n# plimline ignore=\"root-user\"\nFROM a\n",
			nil,
			[]string{
				`1 invalid-ignore [ignore] ignore names no rule; write "ignore=ID why"`,
				`2 invalid-ignore [ignore] ignore names no rule; write "ignore=ID why"`,
				`3 invalid-ignore [ignroe] unknown word "ignroe"; did you mean "ignore"?`,
				`4 invalid-ignore [disable] unknown word "disable"; plimline knows ignore, ignore-stage, ignore-file`,
				"5 invalid-ignore [] a rule's name is missing here",
				`6 invalid-ignore [# plimline-ignore=root-user] this ignores nothing; write "plimline ignore=..."`,
				`7 invalid-ignore [ignore-file] ignore-file names no rule; write "ignore-file=ID why"`,
				"8 invalid-ignore [] a rule's name is missing here",
			}, nil,
		},
		{
			"prose",
			"# plimline is a linter\n# plimline\n# plimline ignores nothing here\n# plimlines ignore=x\n# see plimline ignore=x\n# check this\n# checks = a\n#\nFROM a\n",
			nil, nil, nil,
		},
		{
			"windows line ends",
			"FROM a\r\n# plimline ignore=root-user why\r\nUSER root\r\n",
			[]string{"3 root-user"}, []string{`3 root-user <- 2 "why"`}, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, apply(scan(tt.text), tt.findings, tt.off...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestReasonsAndDays tries to get around a reason that is required, and a day that is over. The finding is in line 2.
func TestReasonsAndDays(t *testing.T) {
	const missing = `1 invalid-ignore [%s] this gives no reason; write it behind the rules' names`
	for _, tt := range []struct {
		comment string
		want    []string // with "%s" for the comment
	}{
		{"# plimline ignore=root-user because", []string{`2 root-user <- 1 "because"`}},
		{"# plimline ignore=root-user #1234", []string{`2 root-user <- 1 "1234"`}},
		{"# plimline ignore=root-user ja, weil’s so ist", []string{`2 root-user <- 1 "ja, weil’s so ist"`}},
		{"# plimline ignore=root-user", []string{`2 root-user <- 1 ""`, missing}},
		{"# plimline ignore=root-user ...", []string{`2 root-user <- 1 ""`, missing}},
		{"# plimline ignore=root-user \u200b", []string{`2 root-user <- 1 ""`, missing}},
		{"# plimline ignore-file=all", []string{`2 root-user <- 1 ""`, missing}},
		{"# plimline ignore-file=all .", []string{`2 root-user <- 1 ""`, missing}},
		{"# plimline ignore=root-user until=2028-02-29 they move", []string{`2 root-user <- 1 "they move"`}},
		{"# plimline ignore=root-user until=2028-02-29", []string{`2 root-user <- 1 ""`, missing}},
		{"# plimline ignore=root-user until=2028-02-28 they move", []string{"2 root-user"}},
		{"# plimline ignore=root-user until=2027-02-29 they move", []string{`2 root-user <- 1 "they move"`, `1 invalid-ignore [2027-02-29] "2027-02-29" is not a date; write until=2027-01-31`}},
		{"# plimline ignore=root-user until=2028-2-29 they move", []string{`2 root-user <- 1 "they move"`, `1 invalid-ignore [2028-2-29] "2028-2-29" is not a date; write until=2027-01-31`}},
		{"# plimline ignore=root-user until=2028-02-29T10:00 they move", []string{`2 root-user <- 1 "they move"`, `1 invalid-ignore [2028-02-29T10:00] "2028-02-29T10:00" is not a date; write until=2027-01-31`}},
		{"# plimline ignore=root-user until=99999-01-01 they move", []string{`2 root-user <- 1 "they move"`, `1 invalid-ignore [99999-01-01] "99999-01-01" is not a date; write until=2027-01-31`}},
	} {
		for i, want := range tt.want {
			tt.want[i] = strings.Replace(want, "%s", tt.comment, 1)
		}
		got := applyWith(Options{Today: "2028-02-29", RequireReason: true}, scan(tt.comment+"\nUSER root\n"), []string{"2 root-user"})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.comment, diff)
		}
	}
}

func TestOtherTools(t *testing.T) {
	tests := []struct {
		name, text     string
		findings, want []string
	}{
		{
			"hadolint, also with codes that are its own",
			"# hadolint ignore=DL3006,SC2086, DL3007 # pinned elsewhere\nFROM a\nUSER root\n",
			[]string{"2 untagged-base-image", "2 latest-tag", "3 latest-tag"},
			[]string{`2 untagged-base-image <- 1 "pinned elsewhere"`, `2 latest-tag <- 1 "pinned elsewhere"`, "3 latest-tag"},
		},
		{
			"hadolint stage and global",
			"# hadolint global ignore=DL3007\n# Hadolint stage ignore=DL3002\nFROM a\nUSER root\nFROM b\nUSER root\n",
			[]string{"4 root-user", "6 root-user", "5 latest-tag"},
			[]string{`4 root-user <- 2 ""`, "6 root-user", `5 latest-tag <- 1 ""`},
		},
		{
			"hadolint's other comments, and ids of plimline's",
			"# hadolint shell=bash\n# hadolint ignore\n# hadolint stage\n# hadolintignore=DL3007\n# hadolint ignore=latest-tag\nFROM a\n",
			[]string{"6 latest-tag"},
			[]string{"6 latest-tag"},
		},
		{
			"BuildKit's directive",
			"# check=skip=WorkdirRelativePath, SecretsUsedInArgOrEnv;error=true\nFROM a\nENV A\nWORKDIR a\n",
			[]string{"3 secret-in-env", "4 relative-workdir", "4 root-user"},
			[]string{`3 secret-in-env <- 1 ""`, `4 relative-workdir <- 1 ""`, "4 root-user"},
		},
		{
			"BuildKit's all are BuildKit's checks",
			"# check=skip=all\nFROM a\nENV A\n",
			[]string{"3 secret-in-env", "3 root-user"},
			[]string{`3 secret-in-env <- 1 ""`, "3 root-user"},
		},
		{
			"BuildKit's comments",
			"FROM a\n# check=skip=WorkdirRelativePath;error=true on purpose\nWORKDIR a\nWORKDIR b\n",
			[]string{"3 relative-workdir", "4 relative-workdir"},
			[]string{`3 relative-workdir <- 2 ""`, "4 relative-workdir"},
		},
		{
			"Trivy's ids in every spelling",
			"#trivy:ignore:DS002\nFROM a\n# trivy:ignore:AVD-DS-0002\nUSER a\n# trivy:ignore:DS-0002:exp:2034-01-01 trivy:ignore:ds-0031\nUSER b\n",
			[]string{"2 root-user", "4 root-user", "6 root-user", "6 secret-in-env"},
			[]string{`2 root-user <- 1 ""`, `4 root-user <- 3 ""`, `6 root-user <- 5 ""`, `6 secret-in-env <- 5 ""`},
		},
		{
			"Trivy's ignore of several rules, of all, and within a comment",
			"# why trivy:ignore:DS001\nFROM a\n# trivy:ignore:*\nUSER a\n# trivy:ignore trivy:ignore: trivy:x:DS002\nUSER b\n",
			[]string{"2 latest-tag", "2 untagged-base-image", "4 root-user", "4 cgo-binary-on-musl", "6 root-user"},
			[]string{`2 latest-tag <- 1 ""`, `2 untagged-base-image <- 1 ""`, `4 root-user <- 3 ""`, "4 cgo-binary-on-musl", "6 root-user"},
		},
		{
			"Trivy's lines: the same, the next, those above each other, and no further",
			"FROM a # tfsec:ignore:DS001\nUSER a\n# trivy:ignore:DS001\n# trivy:ignore:DS00* # Trivy:ignore:AVD-DS-0031\nUSER b\n# trivy:ignore:DS002\n\nUSER c\n# trivy:ignore:DS002\n# more\nUSER d\n",
			[]string{"1 latest-tag", "2 latest-tag", "5 latest-tag", "5 root-user", "5 secret-in-env", "8 root-user", "11 root-user"},
			[]string{
				`1 latest-tag <- 1 ""`, `2 latest-tag <- 1 ""`, `5 latest-tag <- 3 ""`, `5 root-user <- 4 ""`, `5 secret-in-env <- 4 ""`, "8 root-user", "11 root-user",
			},
		},
		{
			"Trivy's day is the first that is too late, and one that is none is past",
			"# trivy:ignore:DS002:exp:2026-11-25\nUSER a\n# trivy:ignore:DS002:exp:2026-11-24\nUSER b\n# trivy:ignore:DS002:exp:2026-99-01\nUSER c\n# trivy:ignore:DS002[x=y]:ws:z:exp:2027-01-01\nUSER d\n",
			[]string{"2 root-user", "4 root-user", "6 root-user", "8 root-user"},
			[]string{`2 root-user <- 1 ""`, "4 root-user", "6 root-user", `8 root-user <- 7 ""`},
		},
		{
			"nobody is told what is unused in other tools' comments",
			"# hadolint ignore=DL3006,DL1\n# trivy:ignore:DS002\n# check=skip=Nothing\nFROM a\n",
			nil, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, apply(scan(tt.text), tt.findings)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrorOnWarning(t *testing.T) {
	for text, want := range map[string]bool{
		"# check=error=true\nFROM a":          true,
		"# check=skip=all; error = 1\nFROM a": true,
		"# check=error=false\nFROM a":         false,
		"FROM a\n# check=error=true\nUSER a":  false,
		"FROM a":                              false,
	} {
		if got := Parse(scan(text), catalog(), Options{}).ErrorOnWarning(); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

// TestFixes applies each fix by itself.
func TestFixes(t *testing.T) {
	tests := []struct {
		text string
		want []string
		safe bool
	}{
		{
			"FROM a\n# plimline ignore=root-user, latest-tag why\nUSER a\n",
			[]string{
				"FROM a\n# plimline ignore=latest-tag why\nUSER a\n",
				"FROM a\n# plimline ignore=root-user why\nUSER a\n",
			}, true,
		},
		{"FROM a\n  # plimline ignore=root-user why\r\nUSER a\n", []string{"FROM a\nUSER a\n"}, true},
		{"FROM a\nRUN a \\\n# plimline ignore=root-user\n b\n", []string{"FROM a\nRUN a \\\n b\n"}, true},
		{"FROM a\n# plimline ignore-file=root-user", []string{"FROM a\n"}, true},
		{"# plimline ignore=root-user\n# syntax=x\nFROM a\n", []string{"# syntax=x\nFROM a\n"}, false},
		{"FROM a\n# plimline ignore=rot-user\nUSER a\n", []string{"FROM a\n# plimline ignore=root-user\nUSER a\n"}, false},
	}
	for _, tt := range tests {
		f := scan(tt.text)
		var got []string
		for _, found := range Parse(f, catalog(), Options{}).Apply(nil, func(string) bool { return true }) {
			if found.Fix.Safe != tt.safe {
				t.Errorf("%q: safe %t", tt.text, found.Fix.Safe)
			}
			e := found.Fix.Edits[0]
			got = append(got, tt.text[:e.Span.Start]+e.Text+tt.text[e.Span.End:])
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}

// An empty span right behind an instruction belongs to it.
func TestEmptySpan(t *testing.T) {
	f := scan("# plimline ignore=root-user\nFROM a\n")
	end := f.Instructions[0].Span.End
	found := finding.Finding{Rule: "root-user", Span: source.Span{Start: end, End: end}}
	if got := Parse(f, catalog(), Options{}).Apply([]finding.Finding{found}, func(string) bool { return true }); got[0].Suppressed == nil {
		t.Error("not suppressed")
	}
	if found.Suppressed != nil {
		t.Error("the caller's finding is changed")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("# plimline ignore=root-user, latest-tag why\n# hadolint global ignore=DL3007\nFROM a\n")
	f.Add("# check=skip=all;error=true\n#trivy:ignore:DS002:exp:x trivy:ignore:*\n# check = skip=a\nUSER a \\\n# plimline: ignore-stage=\n b")
	f.Fuzz(func(t *testing.T, text string) {
		file := scan(text)
		whole := source.Span{End: len(text)}
		for _, found := range Parse(file, catalog(), Options{}).Apply(nil, func(string) bool { return true }) {
			if !whole.Contains(found.Span) || found.Span.Len() < 0 {
				t.Fatalf("%s at %v of %d", found.Rule, found.Span, len(text))
			}
			if found.Fix != nil && (!whole.Contains(found.Fix.Edits[0].Span) || found.Fix.Edits[0].Span.Len() < 0) {
				t.Fatalf("fix at %v of %d", found.Fix.Edits[0].Span, len(text))
			}
		}
	})
}
