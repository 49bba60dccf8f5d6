package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/corpustest"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/unit"
)

func rawList(items string) json.RawMessage { return json.RawMessage("[" + items + "]") }

// TestLifeCycle: what comes too early or too late is refused, and the session's end is told apart.
func TestLifeCycle(t *testing.T) {
	c := start(t, options(t))
	c.open("Dockerfile", plain) // before initialize: passed over
	if code, _ := c.refused("textDocument/hover", c.at("Dockerfile", 0, 0)); code != codeNotInitialized {
		t.Errorf("before initialize: %d", code)
	}
	if code, _ := c.refused("shutdown", nil); code != codeNotInitialized {
		t.Errorf("shutdown before initialize: %d", code)
	}
	c.begin(`{}`)
	if code, _ := c.refused("initialize", map[string]any{}); code != -32600 {
		t.Errorf("initialize twice: %d", code)
	}
	if code, _ := c.refused("textDocument/nonsense", nil); code != -32601 {
		t.Errorf("unknown method: %d", code)
	}
	c.notify("$/nonsense", nil)
	c.notify("textDocument/nonsense", 7)
	if code, _ := c.refused("textDocument/hover", map[string]any{"textDocument": 7}); code != -32602 {
		t.Errorf("parameters that do not fit: %d", code)
	}
	c.call("shutdown", nil, nil)
	if code, _ := c.refused("textDocument/hover", c.at("Dockerfile", 0, 0)); code != -32600 {
		t.Errorf("after shutdown: %d", code)
	}
	c.notify("exit", nil)
	if err := c.gone(); err != nil {
		t.Error(err)
	}
}

func TestEnds(t *testing.T) {
	for name, leave := range map[string]func(*client){
		"exit without shutdown": func(c *client) { c.notify("exit", nil) },
		"closed":                func(c *client) { c.in.Close() },
		"closed within a message": func(c *client) {
			_, _ = io.WriteString(c.in, "Content-Length: 100\r\n\r\n{")
			c.in.Close()
		},
	} {
		c := start(t, options(t))
		c.begin(`{}`)
		c.open("Dockerfile", plain)
		leave(c)
		if err := c.gone(); !errors.Is(err, ErrNoShutdown) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMessages: what is no message is answered or ends the session, and never costs memory.
func TestMessages(t *testing.T) {
	raw := func(text string) *client {
		c := start(t, options(t))
		c.begin(`{}`)
		if _, err := io.WriteString(c.in, text); err != nil {
			t.Log(err)
		}
		return c
	}
	for text, want := range map[string]string{
		"Content-Length: 99999999999\r\n\r\n{}":            "not a length up to",
		"Content-Length: -1\r\n\r\n{}":                     "not a length up to",
		"Content-Length: two\r\n\r\n{}":                    "not a length up to",
		"Content-Type: text\r\n\r\n{}":                     "has no Content-Length",
		"nonsense\r\n\r\n{}":                               "is not a header",
		"X: " + strings.Repeat("x", 10_000) + "\r\n\r\n{}": "a header is too long",
		strings.Repeat("X: y\r\n", 5_000) + "\r\n":         "a header is too long",
	} {
		if err := raw(text).gone(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
	c := start(t, options(t))
	c.begin(`{}`)
	for body, code := range map[string]int{`{"jsonrpc":`: -32700, "\x00\xff": -32700, `[]`: -32600, `7`: -32600, `{"jsonrpc":"2.0","id":1.5,"method":"x"}`: -32600, `{}`: -32600} {
		c.write(body)
		var m message
		c.eventually("an answer to "+body, func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			for i, n := range c.notes {
				if n.Error != nil {
					m, c.notes = n, append(c.notes[:i:i], c.notes[i+1:]...)
					return true
				}
			}
			return false
		})
		if m.Error.Code != code || string(m.ID) != "null" && !strings.Contains(body, string(m.ID)) {
			t.Errorf("%s: %d for %s, want %d", body, m.Error.Code, m.ID, code)
		}
	}
	// Who asked with an id gets the answer under it.
	_, answer := c.send("x", nil)
	c.await(answer)
	c.mu.Lock()
	answer = make(chan message, 1)
	c.answers[77] = answer
	c.mu.Unlock()
	c.write(`{"jsonrpc":"2.0","id":77,"method":7}`)
	if m := c.await(answer); m.Error == nil || m.Error.Code != -32600 {
		t.Errorf("a method that is none: %+v", m.Error)
	}
	// Headers in other cases, and two of them.
	_, answer = c.send("shutdown", nil)
	c.await(answer)
	body := `{"jsonrpc":"2.0","method":"exit"}`
	_, _ = fmt.Fprintf(c.in, "content-type: application/vscode-jsonrpc; charset=utf-8\r\nCONTENT-LENGTH:%d\r\n\r\n%s", len(body), body)
	if err := c.gone(); err != nil {
		t.Error(err)
	}
}

// TestUnopened: a request about a document that is not open has nothing for an answer.
func TestUnopened(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{"textDocument":{"diagnostic":{}}}`)
	for _, method := range methods() {
		p := with(c.at("nowhere", 3, 3), "newName", "x", "range", textRange{}, "context", map[string]any{"diagnostics": []any{}})
		if method == "textDocument/rename" || method == "textDocument/prepareRename" {
			c.refused(method, p)
			continue
		}
		c.call(method, p, nil)
	}
	c.change("nowhere", 2, contentChange{nil, "x"})
	if m := c.next("window/logMessage"); !strings.Contains(string(m.Params), "is not open") {
		t.Errorf("%s", m.Params)
	}
	c.notify("textDocument/didClose", c.at("nowhere", 0, 0))
	c.next("window/logMessage")
	c.end()
}

func methods() []string {
	return []string{"textDocument/diagnostic", "textDocument/codeAction", "textDocument/hover", "textDocument/definition", "textDocument/references",
		"textDocument/documentHighlight", "textDocument/documentSymbol", "textDocument/foldingRange", "textDocument/prepareRename", "textDocument/rename",
		"textDocument/completion", "textDocument/semanticTokens/full", "textDocument/semanticTokens/full/delta", "textDocument/semanticTokens/range"}
}

// TestPanic: a fault is the answer of its request alone, and is logged with where it was.
func TestPanic(t *testing.T) {
	opt := options(t)
	opt.Sources = func(_ *unit.Unit, path string) buildcontext.Context {
		if strings.Contains(path, "bad") {
			panic("a fault on purpose")
		}
		return buildcontext.Context{}
	}
	c := start(t, opt)
	c.begin(`{"textDocument":{"diagnostic":{}}}`)
	c.open("bad/Dockerfile", plain)
	c.open("good/Dockerfile", plain)
	got := listed(c.pull("bad/Dockerfile"))
	if len(got) != 1 || !strings.Contains(got[0], "not-linted plimline has a fault") {
		t.Errorf("%v", got)
	}
	if m := c.next("window/logMessage"); !strings.Contains(string(m.Params), "a fault on purpose") || !strings.Contains(string(m.Params), "document.go") {
		t.Errorf("%s", m.Params)
	}
	if got := c.pull("good/Dockerfile"); len(got) != 1 {
		t.Errorf("%v", listed(got))
	}
	c.end()
}

// TestAnyDocument asks everything about hard documents.
func TestAnyDocument(t *testing.T) {
	documents := map[string]string{"binary": "\x00\x01\x7f\u0080\uFFFD\x00\n\x00", "empty": "", "blank": "\n\n\r\r\n", "comment": "#", "long": "FROM " + strings.Repeat("a", 100_000), "no end": "FROM a\nRUN <<EOF\nx"}
	files, err := filepath.Glob("../../rules/[a-d]*/*.Dockerfile")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	askAll(t, documents, files)
}

// TestCorpus asks everything about each twentieth of the real Dockerfiles.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpustest.Dir(t), "*", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var some []string
	for i := 0; i < len(files); i += 20 {
		some = append(some, files[i])
	}
	askAll(t, map[string]string{}, some)
}

// askAll asks everything at four places of each document: nothing fails, and the shapes that clients insist on hold.
func askAll(t *testing.T, documents map[string]string, files []string) {
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			documents[file] = string(text)
		}
	}
	c := start(t, options(t))
	c.begin(`{"textDocument":{"diagnostic":{},"documentSymbol":{"hierarchicalDocumentSymbolSupport":true}}}`)
	for name, text := range documents {
		c.open("Dockerfile", text)
		d := newText("Dockerfile", []byte(string([]rune(text))), utf16Units) // as JSON carries it
		for _, at := range []int{0, len(d.Bytes) / 3, len(d.Bytes) / 2, len(d.Bytes)} {
			p := d.position(at)
			for _, method := range methods() {
				_, answer := c.send(method, with(c.at("Dockerfile", p.Line, p.Character), "newName", "x", "range", textRange{p, p}, "context", map[string]any{"diagnostics": []any{}}))
				if m := c.await(answer); m.Error != nil && !strings.HasSuffix(strings.ToLower(method), "rename") {
					t.Errorf("%s: %s: %s", name, method, m.Error.Message)
				}
			}
		}
		var symbols []documentSymbol
		c.call("textDocument/documentSymbol", c.at("Dockerfile", 0, 0), &symbols)
		checkSymbols(t, name, d, symbols)
		var tokens tokenResult
		c.call("textDocument/semanticTokens/full", c.at("Dockerfile", 0, 0), &tokens)
		checkTokens(t, name, d, tokens.Data)
		c.notify("textDocument/didClose", c.at("Dockerfile", 0, 0))
	}
	c.end()
	t.Logf("%d documents", len(documents))
}

func checkSymbols(t *testing.T, name string, d *text, all []documentSymbol) {
	for _, y := range all {
		if whole, chosen := d.span(y.Range), d.span(y.SelectionRange); !whole.Contains(chosen) || y.Name == "" {
			t.Errorf("%s: symbol %q: %v is not within %v", name, y.Name, y.SelectionRange, y.Range)
		}
		checkSymbols(t, name, d, y.Children)
	}
}

func checkTokens(t *testing.T, name string, d *text, data []int) {
	line, start, end := 0, 0, 0
	for i := 0; i < len(data); i += 5 {
		if data[i] > 0 {
			line, start, end = line+data[i], 0, 0
		}
		start += data[i+1]
		if start < end || data[i+2] <= 0 || line >= len(d.starts) {
			t.Errorf("%s: token %d at %d:%d overlaps or is nowhere", name, i/5, line, start)
		}
		end = start + data[i+2]
	}
}

// TestLarge: a document that no person wrote is not looked into, and is again when it is small.
func TestLarge(t *testing.T) {
	c := start(t, options(t))
	c.begin(`{"textDocument":{"diagnostic":{}}}`)
	c.open("Dockerfile", "FROM alpine:latest\nUSER 1\n"+strings.Repeat("RUN true\n", maxDocument/9))
	if got := listed(c.pull("Dockerfile")); len(got) != 1 || !strings.Contains(got[0], "not-linted the file is larger than 512 KiB") {
		t.Errorf("%v", got)
	}
	for _, method := range methods() {
		_, answer := c.send(method, with(c.at("Dockerfile", 0, 6), "newName", "x", "range", textRange{}, "context", map[string]any{"diagnostics": []any{}}))
		c.await(answer)
	}
	if snap := c.server.latest(c.uri("Dockerfile")); snap.model != nil {
		t.Error("it was read")
	}
	c.change("Dockerfile", 2, contentChange{nil, plain})
	if got := c.pull("Dockerfile"); len(got) != 1 || string(got[0].Code) == `"not-linted"` {
		t.Errorf("%v", listed(got))
	}
	c.end()
}

// TestParent: the session ends with the editor, though somebody else holds its input open.
func TestParent(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("not told there")
	}
	editor := exec.Command("sleep", "1000")
	if err := editor.Start(); err != nil {
		t.Skip(err)
	}
	c := start(t, options(t))
	c.call("initialize", map[string]any{"processId": editor.Process.Pid, "capabilities": struct{}{}}, nil)
	c.call("textDocument/hover", c.at("Dockerfile", 0, 0), nil)
	if err := editor.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = editor.Wait()
	if err := c.gone(); !errors.Is(err, ErrNoShutdown) {
		t.Error(err)
	}
	// One that was never to be seen is no reason to end.
	c = start(t, options(t))
	c.call("initialize", map[string]any{"processId": editor.Process.Pid, "capabilities": struct{}{}}, nil)
	c.end()
}

// TestInterrupt: the program's end is the session's.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	in, _ := io.Pipe()
	done := make(chan error)
	go func() { done <- Serve(ctx, in, io.Discard, options(t)) }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestBrokenFromTheStart: a configuration that all files are judged with is mended while the session lasts; what cannot be mended is the answer
// to initialize.
func TestBrokenFromTheStart(t *testing.T) {
	opt := options(t)
	var file string
	load := opt.Load
	opt.Load = func(keep *lint.Set) (*lint.Set, *config.Loader, error) {
		set, _, err := load(keep)
		if err != nil {
			return nil, nil, err
		}
		configs, err := config.NewLoader(set.Catalog, config.LoaderOptions{File: file})
		return set, configs, err
	}
	file = filepath.Join(t.TempDir(), "all.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("ignore: [")
	c := start(t, opt)
	c.begin(`{"textDocument":{"diagnostic":{}}}`)
	var said publishParams
	if err := json.Unmarshal(c.next("textDocument/publishDiagnostics").Params, &said); err != nil || said.URI != fileURI(file) || len(said.Diagnostics) != 1 {
		t.Errorf("%+v, %v", said, err)
	}
	c.open("Dockerfile", plain)
	if got := listed(c.pull("Dockerfile")); len(got) != 1 || !strings.Contains(got[0], "not-linted") {
		t.Errorf("%v", got)
	}
	write("ignore: [latest-tag]\n")
	c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": fileURI(file), "type": 2}}})
	c.eventually("the configuration counts", func() bool {
		return !strings.Contains(strings.Join(listed(c.pull("Dockerfile")), ""), "not-linted")
	})
	if err := json.Unmarshal(c.next("textDocument/publishDiagnostics").Params, &said); err != nil || len(said.Diagnostics) != 0 {
		t.Errorf("%+v, %v", said, err)
	}
	c.end()

	opt.Load = func(*lint.Set) (*lint.Set, *config.Loader, error) { return nil, nil, errors.New("no such rule") }
	c = start(t, opt)
	if _, message := c.refused("initialize", map[string]any{"capabilities": struct{}{}}); message != "no such rule" {
		t.Error(message)
	}
	if err := c.gone(); err == nil || err.Error() != "no such rule" {
		t.Error(err)
	}
}
