package lsp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// on is the position behind the first character of the nth occurrence of a text in the sample.
func on(t *testing.T, c *client, text string, nth int) map[string]any {
	t.Helper()
	line, character := find(t, sample, text, nth, 1)
	return c.at("Dockerfile", line, character)
}

func TestHover(t *testing.T) {
	c := begun(t, `{}`)
	for _, tt := range []struct {
		text string
		nth  int
		want []string // parts of it
		at   string   // the range, as the text that it spans
	}{
		{"VERSION=", 0, []string{"`VERSION` = `1.26`", "Set by ARG in line 2; `--build-arg` can change it"}, "VERSION"},
		{"${VERSION}", 0, []string{"`VERSION` = `1.26`"}, "${VERSION}"},
		{"golang", 0, []string{"`docker.io/library/golang:1.26`", "C library: glibc", "go command: yes"}, "golang:${VERSION}"},
		{"$MOOD", 0, []string{"`MOOD` = `🚀🚀`", "Set by ENV in line 5"}, "$MOOD"},
		{"$PLACE", 0, []string{"`PLACE` = `1.26`", "Set by ENV in line 5"}, "$PLACE"},
		{"alpine:3.20", 0, []string{"`docker.io/library/alpine:3.20`", "C library: musl"}, "alpine:3.20"},
		{"build /app", 0, []string{"Stage **build**", "takes `/app`", "which `CGO_ENABLED=0 go build -o /app .` in line 8 makes"}, "build"},
		{"build,target", 0, []string{"Stage **build**"}, "build"},
		{"root-user", 0, []string{"**", "`root-user` · security", "[The rule's page](https://"}, "root-user"},
		{"COPY", 0, []string{"`COPY`: copies from the context, a stage or an image", "/dockerfile/#copy)"}, "COPY"},
		{"--from", 0, []string{"`--from`: a stage, image or named context"}, "--from"},
		{"target=", 0, []string{"`target`: where it is mounted", "/dockerfile/#run)"}, "target"},
		{"/src", 0, []string{"What follows is in `/src`"}, "/src"},
	} {
		var h *hover
		c.call("textDocument/hover", on(t, c, tt.text, tt.nth), &h)
		if h == nil {
			t.Errorf("%s: nothing", tt.text)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(h.Contents.Value, want) {
				t.Errorf("%s: %q is not in\n%s", tt.text, want, h.Contents.Value)
			}
		}
		if got := spanned(h.Range); h.Contents.Kind != "markdown" || got != tt.at {
			t.Errorf("%s: %s over %q, want %q", tt.text, h.Contents.Kind, got, tt.at)
		}
	}
	var h *hover
	c.call("textDocument/hover", on(t, c, ". .", 0), &h)
	if h != nil {
		t.Errorf("a source of COPY: %v", h)
	}
	c.change("Dockerfile", 2, contentChange{nil, "FROM alpine:latest\n"})
	c.call("textDocument/hover", c.at("Dockerfile", 0, 8), &h)
	if !strings.Contains(h.Contents.Value, "`latest-tag` · reproducibility") || !strings.Contains(h.Contents.Value, "docker.io/library/alpine:latest") {
		t.Errorf("a finding and an image: %s", h.Contents.Value)
	}
	c.change("Dockerfile", 3, contentChange{nil, "FROM --platform=$NOWHERE alpine:3.20\nUSER $NOBODY\n"})
	c.call("textDocument/hover", c.at("Dockerfile", 0, 20), &h)
	if !strings.Contains(h.Contents.Value, "No ARG before the first FROM declares `NOWHERE`") {
		t.Errorf("a variable of FROM that nothing sets: %s", h.Contents.Value)
	}
	c.call("textDocument/hover", c.at("Dockerfile", 1, 8), &h)
	if !strings.Contains(h.Contents.Value, "No ARG or ENV above sets `NOBODY`; the base image may") {
		t.Errorf("a variable that nothing sets: %s", h.Contents.Value)
	}
	for version, tt := range [][2]string{
		{"x`[y](https://z)`", "`V` = `` x`[y](https://z)` ``"}, {"``", "`V` = ``` `` ```"}, {`""`, "`V` is empty"}, {strings.Repeat("x", 5000), "`V` = `" + strings.Repeat("x", 299) + "…`"},
	} {
		c.change("Dockerfile", 4+version, contentChange{nil, "FROM alpine:3.20\nENV V=" + tt[0] + "\n"})
		c.call("textDocument/hover", c.at("Dockerfile", 1, 5), &h)
		if !strings.HasPrefix(h.Contents.Value, tt[1]) {
			t.Errorf("%s: %s", tt[0], h.Contents.Value)
		}
	}
	c.end()
}

// spanned is the text of the sample in a range.
func spanned(r *textRange) string {
	if r == nil {
		return ""
	}
	return newText("", []byte(sample), utf16Units).Text(newText("", []byte(sample), utf16Units).span(*r))
}

func TestHoverInPlainText(t *testing.T) {
	c := begun(t, `{"textDocument":{"hover":{"contentFormat":["plaintext"]}}}`)
	var h *hover
	c.call("textDocument/hover", on(t, c, "root-user", 0), &h)
	if h.Contents.Kind != "plaintext" || strings.ContainsAny(h.Contents.Value, "*`[]") || !strings.Contains(h.Contents.Value, "The rule's page: https://") {
		t.Errorf("%+v", h.Contents)
	}
	c.end()
}

func TestNavigation(t *testing.T) {
	c := begun(t, `{}`)
	for _, tt := range []struct {
		text       string
		nth        int
		definition string   // the line and the text there
		references []string // lines, with the declaration
	}{
		{"VERSION=", 0, "2 VERSION", []string{"2", "3", "4", "5"}},
		{"${VERSION}", 0, "2 VERSION", []string{"2", "3", "4", "5"}},
		{"VERSION\nENV", 0, "2 VERSION", []string{"2", "3", "4", "5"}},
		{"$VERSION", 0, "4 VERSION", []string{"2", "3", "4", "5"}},
		{"$MOOD", 0, "5 MOOD", []string{"5", "9"}},
		{"build\n", 0, "3 build", []string{"3", "11", "12"}},
		{"build /app", 0, "3 build", []string{"3", "11", "12"}},
		{"build,target", 0, "3 build", []string{"3", "11", "12"}},
	} {
		var l *location
		c.call("textDocument/definition", on(t, c, tt.text, tt.nth), &l)
		got := ""
		if l != nil {
			got = fmt.Sprintf("%d %s", l.Range.Start.Line+1, spanned(&l.Range))
		}
		if got != tt.definition {
			t.Errorf("%s: definition %q, want %q", tt.text, got, tt.definition)
		}
		for _, declaration := range []bool{true, false} {
			var all []location
			c.call("textDocument/references", with(on(t, c, tt.text, tt.nth), "context", map[string]bool{"includeDeclaration": declaration}), &all)
			var lines []string
			for _, l := range all {
				lines = append(lines, fmt.Sprint(l.Range.Start.Line+1))
			}
			want := tt.references
			if !declaration {
				want = slices.DeleteFunc(slices.Clone(want), func(line string) bool {
					return strings.HasPrefix(tt.definition, line+" ") || line == "4" && strings.Contains(tt.definition, "VERSION") || line == "2" && strings.Contains(tt.definition, "VERSION")
				})
			}
			if !slices.Equal(lines, want) {
				t.Errorf("%s: references %v, want %v (declaration %v)", tt.text, lines, want, declaration)
			}
		}
		var marks []documentHighlight
		c.call("textDocument/documentHighlight", on(t, c, tt.text, tt.nth), &marks)
		if len(marks) != len(tt.references) || marks[0].Kind != 3 || marks[len(marks)-1].Kind != 2 {
			t.Errorf("%s: highlights %v", tt.text, marks)
		}
	}
	var l *location
	c.call("textDocument/definition", on(t, c, "WORKDIR", 0), &l)
	if l != nil {
		t.Errorf("WORKDIR is defined at %v", l)
	}
	c.end()
}

func TestRename(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{"workspace":{"workspaceEdit":{"documentChanges":true}},"textDocument":{"rename":{"prepareSupport":true}}}`)
	const text = "ARG WHICH=one\nFROM alpine:3.20 AS One\nFROM one AS two\nCOPY --from=ONE /a /a\nCOPY --from=0 /b /b\n" +
		"RUN --mount=type=bind,from=one,target=/m true\nFROM ${WHICH} AS three\nFROM scratch\nCOPY --from=two /a /a\nCOPY --from=busybox /b /b\n"
	c.open("Dockerfile", text)
	var p renamePlace
	c.call("textDocument/prepareRename", c.at("Dockerfile", 2, 14), &p)
	if p.Placeholder != "two" || span(p.Range) != "2:12-2:15" {
		t.Errorf("%+v", p)
	}
	// As the file that the edits make.
	renamed := func(line, character int, name string) string {
		t.Helper()
		var e workspaceEdit
		c.call("textDocument/rename", with(c.at("Dockerfile", line, character), "newName", name), &e)
		if len(e.DocumentChanges) != 1 || *e.DocumentChanges[0].TextDocument.Version != 1 {
			t.Fatalf("%+v", e)
		}
		return applied(text, e.DocumentChanges[0].Edits)
	}
	if diff := cmp.Diff(strings.NewReplacer("AS two", "AS x.Y-2", "from=two", "from=x.Y-2").Replace(text), renamed(2, 13, "x.Y-2")); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct {
		line, character int
		name, want      string
	}{
		{1, 22, "x", "${WHICH} in line 7 names the stage with a variable"},
		{2, 13, "2nd", `"2nd" is not a name for a stage`},
		{2, 13, "", `"" is not a name for a stage`},
		{2, 13, "a b", "is not a name for a stage"},
		{2, 13, "THREE", `another stage is called "three"`},
		{2, 13, "busybox", `"busybox" is an image in this file`},
		{2, 13, "scratch", "BuildKit's own"},
		{7, 7, "x", "only stages, ARGs and ENVs can be renamed"},
	} {
		if _, message := c.refused("textDocument/rename", with(c.at("Dockerfile", tt.line, tt.character), "newName", tt.name)); !strings.Contains(message, tt.want) {
			t.Errorf("%d:%d to %q: %s, want %s", tt.line, tt.character, tt.name, message, tt.want)
		}
	}
	c.change("Dockerfile", 2, contentChange{nil, "FROM alpine:3.20 AS One\nFROM one\nCOPY --from=ONE /a /a\nCOPY --from=0 /b /b\n"})
	var e workspaceEdit
	c.call("textDocument/rename", with(c.at("Dockerfile", 1, 6), "newName", "base"), &e)
	if got, want := applied("FROM alpine:3.20 AS One\nFROM one\nCOPY --from=ONE /a /a\nCOPY --from=0 /b /b\n", e.DocumentChanges[0].Edits),
		"FROM alpine:3.20 AS base\nFROM base\nCOPY --from=base /a /a\nCOPY --from=0 /b /b\n"; got != want {
		t.Errorf("got %s", got)
	}
	if _, message := c.refused("textDocument/prepareRename", c.at("Dockerfile", 3, 12)); !strings.Contains(message, "number") {
		t.Error(message)
	}
	c.end()
}

// applied is a text after edits, which do not overlap.
func applied(text string, edits []textEdit) string {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b textEdit) int {
		if a.Range.Start.Line != b.Range.Start.Line {
			return b.Range.Start.Line - a.Range.Start.Line
		}
		return b.Range.Start.Character - a.Range.Start.Character
	})
	t := newText("", []byte(text), utf16Units)
	for _, e := range edits {
		t = t.edited([]contentChange{{&e.Range, e.NewText}})
	}
	return string(t.Bytes)
}

func TestRenameVariable(t *testing.T) {
	for _, tt := range []struct{ text, name, want string }{ // the cursor is at |
		{"ARG |V=1\nFROM a:${V}\nARG V\nENV W=$V\nRUN echo \"${V:-x}🚀$V\" $W --V\n", "NEW", "ARG NEW=1\nFROM a:${NEW}\nARG NEW\nENV W=$NEW\nRUN echo \"${NEW:-x}🚀$NEW\" $W --V\n"},
		{"FROM a\nENV A=1\nFROM b\nENV A=2\nCMD [\"sh\", \"-c\", \"echo ${|A}\"]\nUSER $A\n", "C", "FROM a\nENV C=1\nFROM b\nENV C=2\nCMD [\"sh\", \"-c\", \"echo ${C}\"]\nUSER $C\n"},
		{"FROM a\nENV |K=1\nRUN <<E\necho $K ${#K}\nE\nCOPY <<E /x\n$K\nE\n", "LONG", "FROM a\nENV LONG=1\nRUN <<E\necho $LONG ${#LONG}\nE\nCOPY <<E /x\n$LONG\nE\n"},
		{"FROM a\nENV |K=1\nRUN python -c 'import os; os.environ[\"K\"]'\n", "X", "K in line 3 may mean the variable too"},
		{"FROM a\nENV |K=1\nRUN K=2; echo $K\n", "X", "K in line 3 may mean the variable too"},
		{"FROM a\nENV |K=1\nONBUILD RUN echo $K\n", "X", "K in line 3 may mean the variable too"},
		{"FROM a\nENV |K=1 L=2\n", "L", "L is in line 2 already"},
		{"FROM a\nENV |K=1\n", "1x", "not a name for a variable"},
		{"FROM a\nENV |K=1\n", "TARGETOS", "BuildKit's own"},
		{"FROM a\nARG |TARGETOS\n", "X", "a name of BuildKit's"},
		{"FROM a\nARG |TARGETARCH=amd64\n", "X", "a name of BuildKit's"},
		{"FROM golang:1.26\nENV PATH=/x:$|PATH\n", "X", "PATH is the base image's too"},
	} {
		before, behind, _ := strings.Cut(tt.text, "|")
		line, character := strings.Count(before, "\n"), len(before)-strings.LastIndexByte(before, '\n')-1
		c := start(t, options(t))
		c.begin(`{"workspace":{"workspaceEdit":{"documentChanges":true}}}`)
		c.open("Dockerfile", before+behind)
		_, answer := c.send("textDocument/rename", with(c.at("Dockerfile", line, character), "newName", tt.name))
		m := c.await(answer)
		if m.Error != nil {
			if !strings.Contains(m.Error.Message, tt.want) {
				t.Errorf("%q: %s, want %s", tt.text, m.Error.Message, tt.want)
			}
		} else {
			var e workspaceEdit
			if err := json.Unmarshal(m.Result, &e); err != nil {
				t.Fatal(err)
			}
			if got := applied(before+behind, e.DocumentChanges[0].Edits); got != tt.want {
				t.Errorf("%q: got %q", tt.text, got)
			}
			var p renamePlace
			c.call("textDocument/prepareRename", c.at("Dockerfile", line, character), &p)
			d := newText("", []byte(before+behind), utf16Units)
			if at := d.span(p.Range); d.Text(at) != p.Placeholder || at.Start > len(before) || at.End < len(before) {
				t.Errorf("%q: %+v", tt.text, p)
			}
		}
		c.end()
	}
}

func TestSymbolsAndFolding(t *testing.T) {
	c := begun(t, `{"textDocument":{"documentSymbol":{"hierarchicalDocumentSymbolSupport":true}}}`)
	var symbols []documentSymbol
	c.call("textDocument/documentSymbol", c.at("Dockerfile", 0, 0), &symbols)
	var got []string
	var list func(string, []documentSymbol)
	list = func(indent string, all []documentSymbol) {
		for _, y := range all {
			got = append(got, fmt.Sprintf("%s%s: %s %s", indent, y.Name, y.Detail, span(y.Range)))
			list(indent+"  ", y.Children)
		}
	}
	list("", symbols)
	want := []string{
		"VERSION: ARG 1:4-1:16",
		"build: FROM golang:${VERSION} 2:0-8:23",
		"  VERSION: ARG 3:4-3:11",
		"  MOOD: ENV 4:4-4:15",
		"  PLACE: ENV 4:16-4:30",
		"  WORKDIR: /src 5:0-5:12",
		"  COPY: . . 6:0-6:8",
		"  RUN: CGO_ENABLED=0 go build -o /app . && echo \"🚀 $MOOD\" $PLACE 7:0-8:23",
		"stage 1: FROM alpine:3.20 9:0-15:19",
		"  COPY: --from=build /app /app 10:0-10:27",
		"  RUN: --mount=type=bind,from=build,target=/b <<EOF 11:0-13:3",
		"  ENTRYPOINT: [\"/app\"] 15:0-15:19",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	c.change("Dockerfile", 2, contentChange{nil, "# one\n# two\n\n# three\nFROM a AS b\nRUN x \\\n  y\nRUN <<E\nz\nE\n# four\n# five\n"})
	var folds []foldingRange
	c.call("textDocument/foldingRange", c.at("Dockerfile", 0, 0), &folds)
	got = nil
	for _, f := range folds {
		got = append(got, fmt.Sprintf("%d-%d %s", f.StartLine, f.EndLine, f.Kind))
	}
	if diff := cmp.Diff([]string{"4-9 ", "5-6 ", "7-9 ", "0-1 comment", "10-11 comment"}, got); diff != "" {
		t.Error(diff)
	}
	c.end()
}

// TestSymbolsInAList: a client that knows no trees gets a list.
func TestSymbolsInAList(t *testing.T) {
	c := begun(t, `{}`)
	var symbols []symbolInformation
	c.call("textDocument/documentSymbol", c.at("Dockerfile", 0, 0), &symbols)
	if want := (symbolInformation{"PLACE", symbolConstant, location{c.uri("Dockerfile"), textRange{position{4, 16}, position{4, 30}}}, "build"}); len(symbols) != 12 || symbols[4] != want {
		t.Errorf("%+v", symbols)
	}
	c.end()
}

// TestOwnVariables: what a script sets itself is its own from there on, and what it sets it from is not.
func TestOwnVariables(t *testing.T) {
	const text = "FROM a\nENV P=x\nRUN echo $P && P=$P:y && echo $P\n"
	c := start(t, options(t))
	c.begin(`{}`)
	c.open("Dockerfile", text)
	var all []location
	c.call("textDocument/references", with(c.at("Dockerfile", 1, 4), "context", map[string]bool{"includeDeclaration": true}), &all)
	var got []string
	for _, l := range all {
		got = append(got, span(l.Range))
	}
	if diff := cmp.Diff([]string{"1:4-1:5", "2:9-2:11", "2:17-2:19"}, got); diff != "" {
		t.Error(diff)
	}
	c.end()
}

// TestCompletionInAWord: a client that can choose is told what is typed, and what else of the word is there.
func TestCompletionInAWord(t *testing.T) {
	for text, want := range map[string]string{
		"FROM a AS build\nFROM bu|ld AS x\n":            "1:5-1:7 1:5-1:9 build",
		"FROM a AS build\nFROM b\nCOPY --fr|om=build x": "2:5-2:9 2:5-2:12 --from=",
		"ARG VERSION=1\nFROM a:${VE|RS}\n":              "1:7-1:11 1:7-1:13 ${VERSION",
	} {
		before, behind, _ := strings.Cut(text, "|")
		line, character := strings.Count(before, "\n"), len(before)-strings.LastIndexByte(before, '\n')-1
		c := start(t, options(t))
		c.begin(`{"textDocument":{"completion":{"completionItem":{"insertReplaceSupport":true}}}}`)
		c.open("Dockerfile", before+behind)
		var list completionList
		c.call("textDocument/completion", c.at("Dockerfile", line, character), &list)
		var got []string
		for _, item := range list.Items {
			if e := item.TextEdit; e.Range != nil || e.Insert == nil || e.Replace == nil {
				t.Fatalf("%q: %+v", text, e)
			} else {
				got = append(got, span(*e.Insert)+" "+span(*e.Replace)+" "+e.NewText)
			}
		}
		if !slices.Contains(got, want) {
			t.Errorf("%q: no %s in %q", text, want, got)
		}
		c.end()
	}
}

// TestFoundRulesFirst: of the rules that a comment may name, those that have findings come first.
func TestFoundRulesFirst(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{"textDocument":{"diagnostic":{}}}`)
	c.open("Dockerfile", "FROM alpine:latest\nUSER 1\n# plimline ignore=\n")
	c.pull("Dockerfile")
	var list completionList
	c.call("textDocument/completion", c.at("Dockerfile", 2, 18), &list)
	if len(list.Items) < 2 || list.Items[0].Label != "latest-tag" || list.Items[0].SortText >= list.Items[1].SortText {
		t.Errorf("%+v", list.Items[:min(2, len(list.Items))])
	}
	c.end()
}

// TestCompletion completes at the end of a text, or at "|" in it.
func TestCompletion(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{}`)
	c.open("Dockerfile", "")
	const stages = "FROM golang:1.26 AS build\nARG WHO=you\nENV PATH_TO=/x WHO2=a\nFROM alpine AS Run\n"
	for version, tt := range []struct {
		text      string
		want, not []string
	}{
		{"", []string{"FROM", "ARG", "# syntax=docker/dockerfile:1"}, nil},
		{"FROM a\n", []string{"RUN", "COPY", "HEALTHCHECK"}, []string{"MAINTAINER"}},
		{"FROM a\nru", []string{"run"}, []string{"RUN"}},
		{stages + "COPY --from=", []string{"build"}, []string{"Run", "scratch"}},
		{stages + "COPY --from=b| /a /b\n", []string{"build"}, nil},
		{stages + "RUN --mount=type=bind,from=", []string{"build"}, nil},
		{stages + "FROM ", []string{"build", "Run", "scratch", "--platform="}, nil},
		{stages + "FROM build ", []string{"AS"}, []string{"build"}},
		{stages + "FROM --platform=", []string{"$BUILDPLATFORM", "linux/amd64"}, nil},
		{stages + "COPY --", []string{"--from=", "--chown=", "--chmod=", "--link", "--parents", "--exclude="}, []string{"--mount="}},
		{stages + "ADD --", []string{"--checksum=", "--keep-git-dir=true", "--unpack=true"}, []string{"--from="}},
		{stages + "RUN --", []string{"--mount=", "--network=", "--security="}, []string{"--from="}},
		{stages + "RUN echo --", nil, []string{"--mount="}},
		{stages + "HEALTHCHECK --", []string{"--interval=", "--start-interval=", "--retries="}, nil},
		{stages + "HEALTHCHECK ", []string{"CMD", "NONE"}, nil},
		{stages + "HEALTHCHECK --interval=5s ", []string{"CMD", "NONE"}, nil},
		{stages + "HEALTHCHECK CMD c", nil, []string{"CMD", "NONE"}},
		{stages + "COPY -", []string{"--from="}, nil},
		{stages + "COPY\t--from=", []string{"build"}, []string{"FROM"}},
		{stages + "FROM\tb", []string{"build"}, []string{"FROM"}},
		{stages + "from build ", []string{"as"}, []string{"AS"}},
		{"FROM --platform=$", []string{"$BUILDPLATFORM"}, nil},
		{"ARG P=x\nFROM a\nFROM --platform=$", []string{"$P", "$BUILDPLATFORM"}, nil},
		{"FROM a\nONBUILD ", []string{"RUN", "COPY"}, []string{"FROM", "ONBUILD", "# plimline ignore="}},
		{stages + "RUN --mount=", []string{"type=", "target=", "from="}, nil},
		{stages + "RUN --mount=type=cache,sharing=", []string{"locked", "private", "shared"}, nil},
		{stages + "RUN --mount=type=", []string{"bind", "cache", "secret", "ssh", "tmpfs"}, nil},
		{stages + "RUN --network=", []string{"none", "host"}, nil},
		{"FROM golang:1.26 AS build\nARG WHO=you\nENV PATH_TO=/x\nRUN echo $", []string{"$WHO", "$PATH_TO", "$GOPATH"}, nil},
		{"FROM golang:1.26 AS build\nARG WHO=you\nRUN echo ${W|}\n", []string{"${WHO"}, nil},
		{"FROM golang:1.26 AS build\nARG WHO=you\nRUN echo ${W", []string{"${WHO}"}, nil},
		{"FROM golang:1.26 AS build\nRUN a && \\\n  # comment\n  echo $", []string{"$GOPATH"}, nil},
		{"ARG G=1\nFROM alpine:$", []string{"$G", "$TARGETPLATFORM"}, nil},
		{"FROM a\nARG ", []string{"TARGETARCH", "TARGETOS"}, []string{"FROM"}},
		{"ARG SHARED=1\nFROM a\nARG ", []string{"SHARED", "TARGETOS"}, nil},
		{"FROM a\nSTOPSIGNAL ", []string{"SIGTERM"}, nil},
		{"FROM a\nONBUILD RUN --", []string{"--mount="}, nil},
		{"FROM a\nRUN <<EOF\n|\nEOF\n", nil, []string{"RUN"}},
		{"FROM a\n# plimline ", []string{"ignore=", "ignore-stage=", "ignore-file="}, nil},
		{"FROM a\n# plimline ignore=", []string{"root-user", "latest-tag"}, nil},
		{"FROM a\n# plimline ignore-file=root-user,lat", []string{"latest-tag"}, nil},
		{"FROM a\n# hadolint ignore=", []string{"DL3006", "DL3008"}, []string{"root-user"}},
		{"FROM a\n# check=skip=", []string{"StageNameCasing", "JSONArgsRecommended"}, []string{"root-user"}},
		{"#", []string{"# syntax=docker/dockerfile:1", "# escape=`", "# check=skip="}, nil},
		{"# syntax=x\n# ", []string{"# escape=`"}, []string{"# syntax=docker/dockerfile:1"}},
		{"# syntax=", []string{"docker/dockerfile:1"}, nil},
		{"# escape=", []string{"`", "\\"}, nil},
		{"FROM a\n#", []string{"# plimline ignore="}, []string{"# escape=`"}},
	} {
		text, behind, _ := strings.Cut(tt.text, "|")
		c.change("Dockerfile", version+2, contentChange{nil, text + behind})
		line, character := strings.Count(text, "\n"), len(text)-strings.LastIndexByte(text, '\n')-1
		var list completionList
		c.call("textDocument/completion", c.at("Dockerfile", line, character), &list)
		var labels []string
		for _, item := range list.Items {
			labels = append(labels, item.Label)
			if e := item.TextEdit; e == nil || e.Range == nil || e.Range.Start.Line != line || e.Range.End != (position{line, character}) || e.NewText == "" {
				t.Errorf("%q: %s edits %+v", tt.text, item.Label, e)
			} else if typed := text[len(text)-(character-e.Range.Start.Character):]; !strings.HasPrefix(item.FilterText, typed) && typed != "" && slices.Contains(tt.want, item.Label) {
				t.Errorf("%q: %q does not fit behind %q", tt.text, item.FilterText, typed)
			}
		}
		for _, want := range tt.want {
			if !slices.Contains(labels, want) {
				t.Errorf("%q: no %s in %v", tt.text, want, labels)
			}
		}
		for _, not := range tt.not {
			if slices.Contains(labels, not) {
				t.Errorf("%q: %s in %v", tt.text, not, labels)
			}
		}
	}
	c.end()
}

// TestTokens shows the sample's tokens, and that what is sent as a change is what is sent as a whole.
func TestTokens(t *testing.T) {
	c := begun(t, `{}`)
	var whole tokenResult
	c.call("textDocument/semanticTokens/full", c.at("Dockerfile", 0, 0), &whole)
	got := tokenLines(sample, whole.Data)
	want := []string{
		"0 macro `# syntax=docker/dockerfile:1`",
		"1 keyword `ARG`, variable `VERSION` set",
		"2 keyword `FROM`, type `golang:`, variable `${VERSION}`, keyword `AS`, namespace `build` set",
		"3 keyword `ARG`, variable `VERSION` set",
		"4 keyword `ENV`, variable `MOOD` set, variable `PLACE` set, variable `$VERSION`",
		"5 keyword `WORKDIR`",
		"6 keyword `COPY`",
		"7 keyword `RUN`, function `go`",
		"8 function `echo`, variable `$MOOD`, variable `$PLACE`",
		"9 keyword `FROM`, type `alpine:3.20`",
		"10 keyword `COPY`, property `--from`, namespace `build`",
		"11 keyword `RUN`, property `--mount`, namespace `build`, operator `<<EOF`",
		"12 function `ls`",
		"13 operator `EOF`",
		"14 comment `# plimline ignore=root-user the platform maps users`",
		"15 keyword `ENTRYPOINT`, string `\"/app\"`",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var part tokenResult
	c.call("textDocument/semanticTokens/range", with(c.at("Dockerfile", 0, 0), "range", textRange{position{7, 0}, position{8, 3}}), &part)
	if diff := cmp.Diff(want[7:9], tokenLines(sample, part.Data)); diff != "" {
		t.Error(diff)
	}
	c.change("Dockerfile", 2, contentChange{&textRange{position{6, 0}, position{6, 0}}, "RUN a $VERSION\n"})
	var delta struct {
		ID    string      `json:"resultId"`
		Edits []tokenEdit `json:"edits"`
	}
	c.call("textDocument/semanticTokens/full/delta", with(c.at("Dockerfile", 0, 0), "previousResultId", whole.ID), &delta)
	data := whole.Data
	for _, e := range delta.Edits {
		data = slices.Concat(data[:e.Start], e.Data, data[e.Start+e.DeleteCount:])
	}
	var again tokenResult
	c.call("textDocument/semanticTokens/full", c.at("Dockerfile", 0, 0), &again)
	if len(delta.Edits) != 1 || len(delta.Edits[0].Data) >= len(again.Data)/2 || !slices.Equal(data, again.Data) {
		t.Errorf("%v gives %v, want %v", delta.Edits, data, again.Data)
	}
	c.call("textDocument/semanticTokens/full/delta", with(c.at("Dockerfile", 0, 0), "previousResultId", "unknown"), &again)
	if !slices.Equal(data, again.Data) || again.ID == "" {
		t.Errorf("for an unknown result: %v", again)
	}
	c.end()
}

// tokenLines decodes tokens, a line of the document each.
func tokenLines(document string, data []int) []string {
	t := newText("", []byte(document), utf16Units)
	var out []string
	line, character, last := 0, 0, -1
	for i := 0; i+5 <= len(data); i += 5 {
		if data[i] > 0 {
			line, character = line+data[i], 0
		}
		character += data[i+1]
		text := t.Text(t.span(textRange{position{line, character}, position{line, character + data[i+2]}}))
		token := fmt.Sprintf("%s `%s`", tokenTypes()[data[i+3]], text)
		if data[i+4] == 1 {
			token += " set"
		}
		if line != last {
			out, last = append(out, fmt.Sprintf("%d %s", line, token)), line
		} else {
			out[len(out)-1] += ", " + token
		}
	}
	return out
}
