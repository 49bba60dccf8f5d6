package lsp

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const plain = "FROM alpine:latest\nUSER 1000\n"

// problems waits for the diagnostics of a file that is not open.
func (c *client) problems(name string) []string {
	c.Helper()
	for {
		var p publishParams
		if err := json.Unmarshal(c.next("textDocument/publishDiagnostics").Params, &p); err != nil {
			c.Fatal(err)
		}
		if p.URI == c.uri(name) {
			return listed(p.Diagnostics)
		}
	}
}

// TestConfigurationWhileOpen: what is wrong in a plimline.yaml stands in it and is said once; when it is mended, all is as it was. The client
// tells of nothing but what is saved.
func TestConfigurationWhileOpen(t *testing.T) {
	for name, tell := range map[string]func(*client){
		"watched": func(c *client) {
			c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": c.uri("plimline.yaml"), "type": 2}}})
		},
		"saved": func(c *client) {
			c.notify("textDocument/didSave", map[string]any{"textDocument": map[string]any{"uri": c.uri("plimline.yaml")}})
		},
		"configured": func(c *client) { c.notify("workspace/didChangeConfiguration", map[string]any{"settings": nil}) },
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, options(t))
			c.begin(`{"textDocument":{"publishDiagnostics":{"relatedInformation":true}}}`)
			c.open("Dockerfile", plain)
			if got := c.published("Dockerfile", 1); len(got) != 1 {
				t.Fatal(got)
			}
			c.put("plimline.yaml", "# 🚀\nignore: [latest-tga]\n")
			tell(c)
			want := []string{`1:9-2:0 configuration ignore: unknown rule "latest-tga"; did you mean "latest-tag"?`}
			if diff := cmp.Diff(want, c.problems("plimline.yaml")); diff != "" {
				t.Error(diff)
			}
			if got := c.published("Dockerfile", 1); len(got) != 1 || !strings.HasPrefix(got[0], "0:0-0:18 not-linted ") || !strings.Contains(got[0], "latest-tga") {
				t.Error(got)
			}
			c.put("plimline.yaml", "ignore: [latest-tag]\n")
			tell(c)
			if got := c.problems("plimline.yaml"); len(got) != 0 {
				t.Error(got)
			}
			if got := c.published("Dockerfile", 1); len(got) != 0 {
				t.Error(got)
			}
			if err := os.Remove(filepath.Join(c.dir, "plimline.yaml")); err != nil {
				t.Fatal(err)
			}
			tell(c)
			if got := c.published("Dockerfile", 1); len(got) != 1 {
				t.Error(got)
			}
			c.end()
			if n := c.count("window/showMessage"); n != 1 {
				t.Errorf("%d messages", n)
			}
		})
	}
}

// TestConfigurationAlone: a plimline.yaml that is open has its problems, also with no Dockerfile beside it.
func TestConfigurationAlone(t *testing.T) {
	c := start(t, options(t))
	c.put("plimline.yaml", "ignore: [latest-tga]\n")
	c.begin(`{}`)
	c.open("plimline.yaml", "ignore: [latest-tga]\n")
	if got := c.problems("plimline.yaml"); len(got) != 1 || !strings.HasPrefix(got[0], "0:9-1:0 configuration ") {
		t.Error(got)
	}
	c.put("plimline.yaml", "ignore: [latest-tag]\n")
	c.change("plimline.yaml", 2, contentChange{nil, "ignore: [latest-tag]\n"})
	c.notify("textDocument/didSave", map[string]any{"textDocument": map[string]any{"uri": c.uri("plimline.yaml")}})
	c.open("Dockerfile", plain)
	if got := c.problems("plimline.yaml"); len(got) != 0 {
		t.Error(got)
	}
	c.end()
}

// count is how many notifications of a kind have not been looked at.
func (c *client) count(method string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.notes {
		if m.Method == method {
			n++
		}
	}
	return n
}

// TestConfigurationUntold: a client that tells of nothing gets the new answer when something is typed.
func TestConfigurationUntold(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{"textDocument":{"diagnostic":{}}}`)
	c.open("Dockerfile", plain)
	c.open("b/Dockerfile", plain)
	if got := len(c.pull("Dockerfile")) + len(c.pull("b/Dockerfile")); got != 2 {
		t.Fatal(got)
	}
	c.put("plimline.yaml", "ignore: [latest-tag]\n")
	c.unseen()
	c.change("Dockerfile", 2, contentChange{nil, plain})
	if got := c.pull("Dockerfile"); len(got) != 0 {
		t.Errorf("%v", listed(got))
	}
	if got := c.pull("b/Dockerfile"); len(got) != 0 {
		t.Errorf("the other file: %v", listed(got))
	}
	c.end()
}

// unseen makes the server look at files again that it has just looked at.
func (c *client) unseen() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.nextLook = time.Time{}
}

// TestPolicyChanges: rules are loaded anew when one changes, with and without the client's word.
func TestPolicyChanges(t *testing.T) {
	for _, told := range []bool{true, false} {
		t.Run(fmt.Sprint("told ", told), func(t *testing.T) {
			c := start(t, reloading(t))
			rule := func(text string) {
				c.put("policies/our-rule/rule.rego", fmt.Sprintf("# METADATA\n# title: Ours\n# custom:\n#   severity: error\npackage plimline.policies[\"our-rule\"]\n\nimport data.plimline.lib\n\n"+
					"findings contains lib.at(stage.from, %q) if some stage in input.stages\n", text))
			}
			rule("one")
			c.put("plimline.yaml", "policies: [policies]\nselect: [our-rule]\n")
			c.begin(`{"textDocument":{"diagnostic":{}}}`)
			c.open("Dockerfile", plain)
			if diff := cmp.Diff([]string{"0:5-0:18 our-rule one"}, listed(c.pull("Dockerfile"))); diff != "" {
				t.Fatal(diff)
			}
			rule("and another")
			version := 1
			if told {
				c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": c.uri("policies/our-rule/rule.rego"), "type": 2}}})
			} else {
				c.unseen()
				version++
				c.change("Dockerfile", version, contentChange{nil, plain})
			}
			c.eventually("the changed rule", func() bool {
				return slices.Equal([]string{"0:5-0:18 our-rule and another"}, listed(c.pull("Dockerfile")))
			})
			// A policy that does not compile is said, and the others go on.
			c.put("policies/our-rule/rule.rego", "package plimline.policies[\"our-rule\"]\n\nfindings contains x if y\n")
			c.unseen()
			c.change("Dockerfile", version+1, contentChange{nil, plain})
			c.pull("Dockerfile")
			if m := c.next("window/showMessage"); !strings.Contains(string(m.Params), "rule.rego") {
				t.Errorf("%s", m.Params)
			}
			c.end()
		})
	}
}

// endless is a policy that is not done in a year.
const endless = "# METADATA\n# title: Endless\npackage plimline.policies[\"endless-rule\"]\n\nimport data.plimline.lib\n\n" +
	"findings contains lib.at(stage.from, \"x\") if {\n\tsome stage in input.stages\n\tsome a in numbers.range(1, 100000)\n\tsome b in numbers.range(1, 100000)\n" +
	"\tsome c in numbers.range(1, 100000)\n\ta * b * c == -1\n}\n"

// TestEndlessPolicy: a rule that takes for ever costs its own finding, and no request waits for it.
func TestEndlessPolicy(t *testing.T) {
	opt := reloading(t)
	opt.Timeout = 2 * time.Second
	c := start(t, opt)
	c.put("policies/endless-rule/rule.rego", endless)
	c.put("plimline.yaml", "policies: [policies]\n")
	c.begin(`{"textDocument":{"diagnostic":{}}}`)
	c.open("Dockerfile", plain)
	// While it runs: typing, and everything that needs no findings.
	_, first := c.send("textDocument/diagnostic", c.at("Dockerfile", 0, 0))
	for version := 2; version < 50; version++ {
		c.change("Dockerfile", version, contentChange{&textRange{position{2, 0}, position{2, 0}}, "\n"})
		var tokens tokenResult
		c.call("textDocument/semanticTokens/full", c.at("Dockerfile", 0, 0), &tokens)
		if len(tokens.Data) == 0 {
			t.Fatal("no tokens")
		}
	}
	if m := c.await(first); m.Error == nil || m.Error.Code != codeServerCancelled || !strings.Contains(string(m.Error.Data), "retrigger") {
		t.Errorf("superseded: %+v", m)
	}
	got := listed(c.pull("Dockerfile"))
	if len(got) != 2 || !strings.Contains(got[0], "faulty-rule rule endless-rule: it took too long") || !strings.Contains(got[1], "latest-tag") {
		t.Errorf("%v", got)
	}
	c.end()
}

// TestCancel: a request that is cancelled is answered at once, and what was done for it alone ends long before its time is over. Asked again, it is
// done again.
func TestCancel(t *testing.T) {
	opt := reloading(t)
	opt.Timeout = 10 * time.Minute
	c := start(t, opt)
	c.put("policies/endless-rule/rule.rego", endless)
	c.put("plimline.yaml", "policies: [policies]\n")
	c.begin(`{"textDocument":{"diagnostic":{}}}`)
	c.open("Dockerfile", plain)
	var h *hover
	if c.call("textDocument/hover", c.at("Dockerfile", 0, 8), &h); h == nil || !strings.Contains(h.Contents.Value, "alpine:latest") {
		t.Errorf("hovering waits for the rules: %+v", h)
	}
	for range 2 {
		first, one := c.send("textDocument/diagnostic", c.at("Dockerfile", 0, 0))
		second, other := c.send("textDocument/codeAction", with(c.at("Dockerfile", 0, 0), "range", textRange{}, "context", map[string]any{}))
		turn := c.server.latest(c.uri("Dockerfile")).turn
		c.eventually("the rules run", func() bool { return len(turn) == 1 })
		c.notify("$/cancelRequest", map[string]any{"id": first})
		if m := c.await(one); m.Error == nil || m.Error.Code != codeCancelled {
			t.Errorf("cancelled: %+v", m)
		}
		if len(turn) != 1 {
			t.Error("the other request waits for the rules too")
		}
		c.notify("$/cancelRequest", map[string]any{"id": second})
		c.await(other)
		c.eventually("the rules have stopped", func() bool { return len(turn) == 0 })
	}
	c.notify("$/cancelRequest", map[string]any{"id": "unknown"})
	c.end()
}

// TestFolders: each folder's files have its configuration; what is not saved has the first one's.
func TestFolders(t *testing.T) {
	c := start(t, options(t))
	c.put("a/plimline.yaml", "ignore: [latest-tag]\n")
	c.put("b/plimline.yaml", "severity:\n  latest-tag: error\noverrides:\n  - files: [odd/**]\n    ignore: [latest-tag]\nexclude: [vendor]\n")
	c.call("initialize", map[string]any{"processId": nil, "capabilities": map[string]any{"textDocument": map[string]any{"diagnostic": map[string]any{}}}, "workspaceFolders": []any{
		map[string]any{"uri": c.uri("a"), "name": "a"}, map[string]any{"uri": c.uri("b"), "name": "b"},
	}}, nil)
	c.notify("initialized", struct{}{})
	for name, want := range map[string]string{
		"a/Dockerfile": "", "b/Dockerfile": "1", "b/odd/Dockerfile": "", "c/Dockerfile": "2", "b/vendor/x/Dockerfile": "", "b/größe 100%25#?.Dockerfile": "1",
	} {
		c.open(name, plain)
		got := ""
		for _, d := range c.pull(name) {
			got += fmt.Sprint(d.Severity)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	open := func(uri, language string) string {
		c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": language, "version": 1, "text": plain}})
		var report diagnosticReport
		c.call("textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": uri}}, &report)
		return fmt.Sprint(len(*report.Items))
	}
	var got []string
	for _, uri := range []string{"untitled:Untitled-1", "untitled:/new/Dockerfile", "git:/x/Dockerfile?ref", "vscode-notebook-cell:%7B", "", "::"} {
		got = append(got, open(uri, "dockerfile"))
	}
	c.notify("workspace/didChangeWorkspaceFolders", map[string]any{"event": map[string]any{"removed": []any{map[string]any{"uri": c.uri("a"), "name": "a"}}, "added": []any{}}})
	got = append(got, open("untitled:Untitled-2", "dockerfile"))
	// Another language's documents are not ours.
	got = append(got, open(c.uri("a/values.yaml"), "yaml"), open(c.uri("x/values.yaml"), "yaml"), open(c.uri("x/package.json"), "json"))
	if diff := cmp.Diff([]string{"0", "0", "0", "0", "0", "0", "1", "0", "0", "0"}, got); diff != "" {
		t.Error(diff)
	}
	c.end()
}

func TestKinds(t *testing.T) {
	for path, want := range map[string]kind{
		"/x/Dockerfile": kindDockerfile, "/x/Containerfile.dev": kindDockerfile, "/x/build.dockerfile": kindDockerfile, "/x/anything": kindDockerfile, "Untitled-1": kindDockerfile,
		"/x/compose.yaml": kindBuilds, "/x/docker-compose.override.yml": kindBuilds, "/x/docker-bake.hcl": kindBuilds, "/x/bake.json": kindBuilds,
		"/x/composer.json": kindOther, "/x/values.yaml": kindOther, "/x/main.hcl": kindOther, "/x/.plimline.yml": kindConfig, "/x/plimline.yaml": kindConfig,
	} {
		if got := kindOf("", path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if kindOf("dockerfile", "/x/odd.yaml") != kindDockerfile || kindOf("dockercompose", "/x/odd.yaml") != kindBuilds {
		t.Error("the language counts")
	}
}

func TestFilePath(t *testing.T) {
	for _, tt := range []struct{ uri, unix, windows string }{
		{"file:///home/a%20b/Dockerfile", "/home/a b/Dockerfile", "/home/a b/Dockerfile"},
		{"file:///c%3A/Users/x/Dockerfile", "/c:/Users/x/Dockerfile", "c:/Users/x/Dockerfile"},
		{"file:///C:/x/%E6%97%A5.Dockerfile", "/C:/x/日.Dockerfile", "C:/x/日.Dockerfile"},
		{"FILE://localhost/x", "/x", "/x"},
		{"file://server/share/x", "/share/x", "//server/share/x"},
		{"file:///100%/x", "/100%/x", "/100%/x"},
		{"file:/x", "/x", "/x"},
		{"untitled:Untitled-1", "", ""},
		{"", "", ""},
	} {
		for want, windows := range map[string]bool{tt.unix: false, tt.windows: true} {
			if tt.unix == tt.windows {
				windows = false
			}
			if got, ok := filePath(tt.uri, windows); got != want || ok != (want != "") {
				t.Errorf("%s: %q %v, want %q (windows %v)", tt.uri, got, ok, want, windows)
			}
		}
	}
	for path, want := range map[string]string{"/a b/ü%#?": "file:///a%20b/%C3%BC%25%23%3F", "//server/share/x": "file://server/share/x"} {
		if got := fileURI(path); got != want && filepath.Separator == '/' && !strings.HasPrefix(path, "//") {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
		if back, ok := filePath(fileURI(path), false); filepath.Separator == '/' && (!ok || back != filepath.Clean(path)) {
			t.Errorf("%s comes back as %s", path, back)
		}
	}
}

// TestCompose: Dockerfiles that stand in a Compose file are judged, at their places; and a Dockerfile is judged as the Compose file builds it
// that plimline.yaml names.
func TestCompose(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{"textDocument":{"diagnostic":{}}}`)
	const compose = "services:\n  a:\n    build:\n      # 🚀\n      dockerfile_inline: |\n        FROM alpine:latest\n        USER 1000\n        ENV A b\n" +
		"  b:\n    build:\n      context: .\n      args: {TAG: latest}\n  c:\n    build:\n      context: .\n      target: [x]\n"
	c.open("compose.yaml", compose)
	got := listed(c.pull("compose.yaml"))
	if len(got) != 3 || !strings.Contains(got[0], "not-linted service c: ") ||
		got[1] != "5:13-5:26 latest-tag alpine:latest is whatever was pushed to it last" || !strings.HasPrefix(got[2], "7:12-7:15 legacy-key-value ") {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	actions := c.actions("compose.yaml", 7, 13)
	if len(actions) != 2 || actions[1].Kind != kindFixAll {
		t.Fatalf("%v", titles(actions))
	}
	for _, a := range actions {
		if got, want := applied(compose, a.Edit.Changes[c.uri("compose.yaml")]), strings.Replace(compose, "ENV A b", "ENV A=b", 1); got != want {
			t.Errorf("%s", cmp.Diff(want, got))
		}
	}
	const dockerfile = "ARG TAG=3.20\nFROM alpine:$TAG\nUSER 1000\n"
	c.open("Dockerfile", dockerfile)
	if got := listed(c.pull("Dockerfile")); len(got) != 0 {
		t.Errorf("alone: %v", got)
	}
	c.put("compose.yaml", strings.Replace(compose, "      target: [x]\n", "", 1))
	c.put("plimline.yaml", "inputs: [compose.yaml]\n")
	c.notify("workspace/didChangeConfiguration", map[string]any{})
	want := []string{"1:5-1:16 latest-tag alpine:latest is whatever was pushed to it last (in service b)"}
	c.eventually("the Compose file's argument", func() bool { return slices.Equal(want, listed(c.pull("Dockerfile"))) })
	// In what lies on a Compose file, too.
	c.open("compose.override.yaml", "services:\n  b:\n    build:\n      dockerfile_inline: |\n        FROM debian:latest\n        USER 1000\n")
	want = []string{"4:13-4:26 latest-tag debian:latest is whatever was pushed to it last"}
	if got := listed(c.pull("compose.override.yaml")); !slices.Equal(got, want) {
		t.Errorf("the override file: %v", got)
	}
	// Everything else is for Dockerfiles.
	var h *hover
	c.call("textDocument/hover", c.at("compose.yaml", 5, 15), &h)
	if h != nil {
		t.Errorf("%+v", h)
	}
	c.end()
}

// TestBaseline: what is known is not shown.
func TestBaseline(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{"textDocument":{"diagnostic":{}}}`)
	c.put("plimline.yaml", "baseline: known.json\n")
	c.open("Dockerfile", plain)
	if got := listed(c.pull("Dockerfile")); len(got) != 1 || !strings.Contains(got[0], "there is no such baseline") {
		t.Errorf("%v", got)
	}
	c.put("known.json", `{"version":1,"findings":[]}`)
	c.unseen()
	c.change("Dockerfile", 2, contentChange{nil, plain})
	if got := listed(c.pull("Dockerfile")); len(got) != 1 || !strings.Contains(got[0], "latest-tag") {
		t.Errorf("%v", got)
	}
	c.end()
}

// TestWatchers: a client that can watch files is asked to.
func TestWatchers(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{"workspace":{"didChangeWatchedFiles":{"dynamicRegistration":true},"diagnostics":{"refreshSupport":true}},"textDocument":{"diagnostic":{}}}`)
	m := c.next("client/registerCapability")
	for _, want := range []string{"workspace/didChangeWatchedFiles", "yaml", "*.rego", "*.dockerignore", "go.{mod", "*.go"} {
		if !strings.Contains(string(m.Params), want) {
			t.Errorf("%s is not in %s", want, m.Params)
		}
	}
	c.open("Dockerfile", plain)
	c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": c.uri(".dockerignore"), "type": 1}}})
	c.next("workspace/diagnostic/refresh")
	c.end()
}

// TestBuildContext: what .dockerignore and the Go sources say counts, and anew when they change.
func TestBuildContext(t *testing.T) {
	c := start(t, options(t))
	c.put("go.mod", "module example.com/app\n\ngo 1.26\n")
	c.put("main.go", "package main\n\nimport \"net/http\"\n\nfunc main() { _ = http.ListenAndServe(\":80\", nil) }\n")
	c.begin(`{"textDocument":{"diagnostic":{}}}`)
	c.open("Dockerfile", "FROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\nFROM alpine:3.20\nCOPY --from=build /app /app\nUSER 1000\nENTRYPOINT [\"/app\"]\n")
	has := func(text string) bool {
		return slices.ContainsFunc(listed(c.pull("Dockerfile")), func(d string) bool { return strings.Contains(d, text) })
	}
	if !has("net/http (main.go)") {
		t.Errorf("the sources are not looked at: %v", listed(c.pull("Dockerfile")))
	}
	c.put("main.go", "package main\n\nfunc main() {}\n")
	c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": c.uri("main.go"), "type": 2}}})
	c.eventually("a look at the changed sources", func() bool { return !has("net/http") })
	c.end()
}

// TestWatch: for a client that tells of no changes and is not typed in, they count all the same.
func TestWatch(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{}`)
	c.put("plimline.yaml", "ignore: []\n")
	c.open("Dockerfile", plain)
	if got := c.published("Dockerfile", 1); len(got) != 1 {
		t.Errorf("%v", got)
	}
	c.put("plimline.yaml", "ignore: [latest-tag, root-user, untagged-base-image]\n")
	if got := c.published("Dockerfile", 1); len(got) != 0 {
		t.Errorf("%v", got)
	}
	c.end()
}
