package cli_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/sourcegraph/jsonrpc2"

	"github.com/plimline/plimline/internal/cli"
	"github.com/plimline/plimline/internal/source"
)

// duplex is the two pipes to a server.
type duplex struct {
	io.Reader
	io.WriteCloser
}

// serve starts the language server with arguments and returns a connection that has said hello.
func serve(t *testing.T, args ...string) *jsonrpc2.Conn {
	t.Helper()
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	code := make(chan int, 1)
	go func() {
		code <- cli.Run(ctx, append([]string{"lsp"}, args...), in, out, io.Discard)
		out.Close()
	}()
	nothing := jsonrpc2.HandlerWithError(func(context.Context, *jsonrpc2.Conn, *jsonrpc2.Request) (any, error) { return nil, nil })
	conn := jsonrpc2.NewConn(ctx, jsonrpc2.NewBufferedStream(duplex{fromServer, toServer}, jsonrpc2.VSCodeObjectCodec{}), nothing)
	t.Cleanup(func() {
		if err := conn.Call(ctx, "shutdown", nil, nil); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		_ = conn.Notify(ctx, "exit", nil)
		select {
		case got := <-code:
			if got != 0 {
				t.Errorf("exit code %d", got)
			}
		case <-time.After(time.Minute):
			t.Error("the server does not end")
		}
		cancel()
	})
	hello := json.RawMessage(`{"processId":null,"rootUri":null,"capabilities":{"textDocument":{"diagnostic":{}}}}`)
	if err := conn.Call(ctx, "initialize", hello, nil); err != nil {
		t.Fatal(err)
	}
	if err := conn.Notify(ctx, "initialized", struct{}{}); err != nil {
		t.Fatal(err)
	}
	return conn
}

// TestSameAnswer: for every example of a rule or policy, the language server shows what the command line reports, at the same places.
func TestSameAnswer(t *testing.T) {
	t.Chdir(root)
	var report struct {
		Files []struct {
			Path     string `json:"path"`
			Findings []struct {
				Rule, Severity, Message string
				Start, End              struct{ Offset int }
				Suppressed              json.RawMessage
				Unknown                 bool
			} `json:"findings"`
		} `json:"files"`
	}
	args := []string{"lint", "--format", "json", "--select", "all", "--fail-on", "never", "--"}
	for _, dir := range []string{"rules", "policies", "testdata/mission"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(path, "Dockerfile") {
				args = append(args, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	out := run(t, 0, args...)
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	conn := serve(t, "--select", "all")
	ctx := context.Background()
	severities := map[string]int{"error": 1, "warning": 2, "note": 3}
	files, findings := 0, 0
	for _, f := range report.Files {
		text := readFile(t, f.Path)
		if !utf8.Valid(text) {
			continue // no editor can send it
		}
		files++
		src := source.NewFile(f.Path, text)
		place := func(offset int) string {
			p := src.PositionUTF16(offset)
			if p.Line == 1 && len(text) > 2 && string(text[:3]) == source.BOM && offset > 2 {
				p.Column++ // an editor that sends it counts it
			}
			return fmt.Sprintf("%d:%d", p.Line-1, p.Column-1)
		}
		want := []string{}
		for _, x := range f.Findings {
			if x.Suppressed == nil && !x.Unknown {
				want = append(want, fmt.Sprintf("%s-%s %d %s %s", place(x.Start.Offset), place(x.End.Offset), severities[x.Severity], x.Rule, x.Message))
			}
		}
		abs, err := filepath.Abs(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		document := map[string]any{"uri": (&url.URL{Scheme: "file", Path: filepath.ToSlash(abs)}).String(), "languageId": "dockerfile", "version": 1, "text": string(text)}
		if err := conn.Notify(ctx, "textDocument/didOpen", map[string]any{"textDocument": document}); err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Items []struct {
				Range struct {
					Start, End struct{ Line, Character int }
				}
				Severity      int
				Code, Message string
			}
		}
		if err := conn.Call(ctx, "textDocument/diagnostic", map[string]any{"textDocument": document}, &answer); err != nil {
			t.Fatalf("%s: %v", f.Path, err)
		}
		got := []string{}
		for _, d := range answer.Items {
			got = append(got, fmt.Sprintf("%d:%d-%d:%d %d %s %s", d.Range.Start.Line, d.Range.Start.Character, d.Range.End.Line, d.Range.End.Character, d.Severity, d.Code, d.Message))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the command line, and the language server:\n%s", f.Path, diff)
		}
		findings += len(want)
		if err := conn.Notify(ctx, "textDocument/didClose", map[string]any{"textDocument": document}); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d files, %d findings", files, findings)
	if files < 400 || findings < 500 {
		t.Errorf("%d files with %d findings: those of rules/ are missing", files, findings)
	}
}
