package lsp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample has two stages, an emoji and tabs before places that matter.
const sample = `# syntax=docker/dockerfile:1
ARG VERSION=1.26
FROM golang:${VERSION} AS build
ARG VERSION
ENV MOOD="🚀🚀" PLACE=$VERSION
WORKDIR /src
COPY . .
RUN	CGO_ENABLED=0 go build -o /app . && \
	echo "🚀 $MOOD" $PLACE
FROM alpine:3.20
COPY --from=build /app /app
RUN --mount=type=bind,from=build,target=/b <<EOF
ls /b
EOF
# plimline ignore=root-user the platform maps users
ENTRYPOINT ["/app"]
`

// begun is a session with the sample open.
func begun(t *testing.T, capabilities string) *client {
	c := start(t, options(t))
	c.begin(capabilities)
	c.open("Dockerfile", sample)
	return c
}

// find is the position of the nth occurrence of a text in a document, in UTF-16 units, plus an offset.
func find(t *testing.T, document, text string, nth, plus int) (line, character int) {
	t.Helper()
	at := 0
	for ; ; nth-- {
		i := strings.Index(document[at:], text)
		if i < 0 {
			t.Fatalf("%q is not there", text)
		}
		if at += i; nth == 0 {
			break
		}
		at++
	}
	before := document[:at]
	start := strings.LastIndexByte(before, '\n') + 1
	for _, r := range before[start:] {
		character++
		if r > 0xFFFF {
			character++
		}
	}
	return strings.Count(before, "\n"), character + plus
}

func TestFindingsWhileTyping(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{}`)
	c.open("Dockerfile", "FROM alpine:latest\nUSER 1000\n")
	want := []string{"0:5-0:18 latest-tag alpine:latest is whatever was pushed to it last"}
	if diff := cmp.Diff(want, c.published("Dockerfile", 1)); diff != "" {
		t.Error(diff)
	}
	c.change("Dockerfile", 2, contentChange{&textRange{position{0, 12}, position{0, 18}}, "3.20"})
	if diff := cmp.Diff([]string{}, c.published("Dockerfile", 2)); diff != "" {
		t.Error(diff)
	}
	c.end()
}

// TestHostilePolicy: what goes wrong in a policy is said at the start of the file, and the others say what they find.
func TestHostilePolicy(t *testing.T) {
	c := start(t, options(t))
	head := "package plimline.policies[%q]\n\nimport data.plimline.lib\n\n"
	c.put("plimline.yaml", "policies: [hostile]\n")
	c.put("hostile/good-neighbour.rego", fmt.Sprintf(head, "good-neighbour")+"findings contains lib.at(input, \"hello\")\n")
	c.put("hostile/hostile-rule.rego", fmt.Sprintf(head, "hostile-rule")+"findings contains lib.at(input, \"x\") if count(numbers.range(1, 1000000000)) > 1\n")
	c.begin(`{}`)
	c.open("Dockerfile", "FROM scratch\n")
	want := "0:0-0:0 faulty-rule rule hostile-rule: it took more than 128 MiB of memory and was stopped\n0:0-1:0 good-neighbour hello"
	got := strings.Join(c.published("Dockerfile", 1), "\n")
	got = strings.Replace(got, "it took too long", "it took more than 128 MiB of memory", 1) // on a slow machine
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	c.end()
}
