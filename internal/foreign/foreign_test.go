package foreign_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/foreign"
	"github.com/plimline/plimline/internal/source"
)

const sample = `# first
ARG V=1
FROM alpine:$V AS build

# second
RUN --mount=type=cache,target=/x echo \
  "one two"
RUN <<EOF
apk add curl
echo hi
EOF
COPY <<A <<B /x/
a
A
b
B
FROM scratch
ONBUILD RUN ["ls"]
ENV A=b C=d
`

func TestConftest(t *testing.T) {
	got, err := foreign.Conftest(source.NewFile("Dockerfile", []byte(sample)))
	if err != nil {
		t.Fatal(err)
	}
	command := func(cmd, sub string, json bool, stage int, flags any, value ...string) any {
		return map[string]any{"Cmd": cmd, "SubCmd": sub, "JSON": json, "Flags": flags, "Value": value, "Stage": stage}
	}
	none := []string{}
	want := []any{
		command("comment", "", false, 0, nil, "first"),
		command("arg", "", false, 0, none, "V=1"),
		command("from", "", false, 0, none, "alpine:$V", "AS", "build"),
		command("comment", "", false, 0, nil, "second"),
		command("run", "", false, 0, []string{"--mount=type=cache,target=/x"}, `echo   "one two"`),
		command("run", "", false, 0, none, "<<EOF"),
		command("copy", "", false, 0, none, "<<A", "<<B", "/x/"),
		command("from", "", false, 1, none, "scratch"),
		command("onbuild", "RUN", true, 1, none, "ls"),
		command("env", "", false, 1, none, "A", "b", "=", "C", "d", "="),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTrivy(t *testing.T) {
	got, err := foreign.Trivy(source.NewFile("a/Dockerfile", []byte(strings.Replace(sample, "COPY", "COPY --unheard-of=1", 1))))
	if err != nil {
		t.Fatal(err)
	}
	command := func(cmd, sub, original string, json bool, stage, start, end int, flags []string, value ...string) any {
		return map[string]any{"Cmd": cmd, "SubCmd": sub, "Original": original, "JSON": json, "Flags": flags, "Value": value, "Stage": stage,
			"Path": "a/Dockerfile", "StartLine": start, "EndLine": end}
	}
	none := []string{}
	want := map[string]any{"Stages": []any{
		map[string]any{"Name": "", "Commands": []any{command("arg", "", "ARG V=1", false, 0, 2, 2, none, "V=1")}},
		map[string]any{"Name": "alpine:$V AS build", "Commands": []any{
			command("from", "", "FROM alpine:$V AS build", false, 0, 3, 3, none, "alpine:$V", "AS", "build"),
			command("run", "", `RUN --mount=type=cache,target=/x echo   "one two"`, false, 0, 6, 7, []string{"--mount=type=cache,target=/x"}, `echo   "one two"`),
			command("run", "", "RUN <<EOF\napk add curl\necho hi\nEOF", false, 0, 8, 11, none, "apk add curl ; echo hi"),
			command("copy", "", "COPY --unheard-of=1 <<A <<B /x/\na\nA\nb\nB", false, 0, 12, 16, none, "a"),
		}},
		map[string]any{"Name": "scratch", "Commands": []any{
			command("from", "", "FROM scratch", false, 1, 17, 17, none, "scratch"),
			command("onbuild", "RUN", `ONBUILD RUN ["ls"]`, true, 1, 18, 18, none, "ls"),
			command("env", "", "ENV A=b C=d", false, 1, 19, 19, none, "A", "b", "=", "C", "d", "="),
		}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"FROM a b c d\n":          "FROM requires either one or three arguments",
		"FROM a\nRUN <<X\nls\n":   "unterminated heredoc",
		"FROM a\nCOPY --nope a b": "unknown flag: --nope",
	} {
		if _, err := foreign.Conftest(source.NewFile("Dockerfile", []byte(text))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestPlaces(t *testing.T) {
	src := source.NewFile("Dockerfile", []byte(`FROM ubuntu:22.04 AS builder
RUN apt-get update && \
    apt-get install -y curl
USER root
FROM alpine
ENV TOKEN="a b"
USER 0
`))
	p := foreign.NewPlaces(src)
	for _, test := range []struct{ message, want, how string }{
		{"unallowed image found [\"ubuntu:22.04\", \"AS\", \"builder\"]", "FROM ubuntu:22.04 AS builder", "text"},
		{`unallowed commands found ["apt-get update \u0026\u0026     apt-get install -y curl"]`, "RUN apt-get", "text"},
		{"do not run 'apt-get install' here", "RUN apt-get", "text"},
		{"secret TOKEN in the environment", "ENV TOKEN", "text"},
		{"the image alpine is not allowed", "FROM alpine", "text"},
		{"alpineous is a word", "", ""},
		{"stage builder is too long", "FROM ubuntu", "text"},
		{"the last USER is bad", "USER 0", "instruction"},
		{"there is no HEALTHCHECK", "", ""},
		{"user and run are words", "", ""},
		{"DF_USER_001 and IMG-RUN-2 are names", "", ""},
		{"no HEALTHCHECK: put one before CMD and USER", "", ""},
		{"HEALTHCHECK is missing for root, the builder", "", ""},
		{"HEALTHCHECK is missing for 'builder'", "FROM ubuntu", "text"},
		{"no RUN-instruction is to end like this", "RUN apt-get", "instruction"},
		{`FROM "alpine" is not \"a b\"`, "FROM alpine", "text"},
		{`ENV "token=\"a b\"" is in small letters, unlike alpine`, "ENV TOKEN", "text"},
	} {
		span, how := p.Message(test.message, nil, nil)
		if got := src.Text(span); !strings.HasPrefix(got, test.want) || (test.want == "") != (got == "") || string(how) != test.how {
			t.Errorf("%s: %q by %q", test.message, got, how)
		}
	}
	for line, want := range map[int]string{1: "FROM ubuntu", 2: "RUN", 3: "RUN", 7: "USER 0"} {
		if span, ok := p.Line(line); !ok || !strings.HasPrefix(src.Text(span), want) {
			t.Errorf("line %d: %q", line, src.Text(span))
		}
	}
	if _, ok := p.Line(8); ok {
		t.Error("line 8 has no instruction")
	}
}
