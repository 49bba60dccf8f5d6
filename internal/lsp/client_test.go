package lsp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/inputs"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/unit"
)

// builtin are the built-in rules, loaded once for all tests.
var builtin = sync.OnceValues(func() (*lint.Set, error) {
	set := lint.NewSet(context.Background(), nil, func(p config.Place) (policy.Source, error) { return policy.Open(p.Ref) })
	_, err := set.Catalog(nil)
	return set, err
})

func options(tb testing.TB) Options {
	set, err := builtin()
	if err != nil {
		tb.Fatal(err)
	}
	return Options{
		Version: "test",
		Load: func(*lint.Set) (*lint.Set, *config.Loader, error) {
			configs, err := config.NewLoader(set.Catalog, config.LoaderOptions{})
			return set, configs, err
		},
		Sources: func(_ *unit.Unit, path string) buildcontext.Context {
			return buildcontext.Context{Dir: filepath.Dir(filepath.FromSlash(path)), Dockerfile: filepath.FromSlash(path)}
		},
		Builds: func(ctx context.Context, file *source.File) ([]inputs.Build, error) {
			return inputs.Read(ctx, file, func(string) (string, bool) { return "", false })
		},
		Page:    report.Page,
		Timeout: 30 * time.Second,
	}
}

// reloading are options whose rules are loaded anew when asked, policies of the user's among them.
func reloading(tb testing.TB) Options {
	opt := options(tb)
	opt.Load = func(keep *lint.Set) (*lint.Set, *config.Loader, error) {
		if keep == nil {
			keep = lint.NewSet(context.Background(), nil, func(p config.Place) (policy.Source, error) { return policy.Open(p.Ref) })
		}
		configs, err := config.NewLoader(keep.Catalog, config.LoaderOptions{})
		return keep, configs, err
	}
	return opt
}

// client is an editor: it speaks bytes over pipes, and shares no code with the server.
type client struct {
	testing.TB
	in      io.WriteCloser
	server  *server // to look at what it holds
	ended   chan error
	lastID  int
	dir     string
	answers map[int]chan message

	mu       sync.Mutex
	arrived  *sync.Cond
	notes    []message         // not yet asked for
	requests map[string]string // what the server's requests are answered with
	closed   bool
}

type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	} `json:"error"`
}

// start starts a server and a client in a folder of their own.
func start(tb testing.TB, opt Options) *client {
	tb.Helper()
	toServer, in := io.Pipe()
	out, fromServer := io.Pipe()
	c := &client{TB: tb, in: in, ended: make(chan error, 1), dir: tb.TempDir(), answers: map[int]chan message{}, requests: map[string]string{}}
	c.arrived = sync.NewCond(&c.mu)
	ctx, cancel := context.WithCancel(context.Background())
	tb.Cleanup(cancel)
	go func() {
		err := serve(ctx, toServer, fromServer, opt, func(s *server) { c.server = s })
		toServer.Close()
		fromServer.Close()
		c.ended <- err
	}()
	go c.listen(bufio.NewReader(out))
	return c
}

func (c *client) listen(r *bufio.Reader) {
	for {
		m, err := receive(r)
		c.mu.Lock()
		if err != nil {
			c.closed = true
			for _, answer := range c.answers {
				close(answer)
			}
			c.answers = nil
			c.arrived.Broadcast()
			c.mu.Unlock()
			return
		}
		switch id, idErr := strconv.Atoi(string(m.ID)); {
		case m.Method != "" && m.ID != nil:
			result := c.requests[m.Method]
			if result == "" {
				result = "null"
			}
			go c.write(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, result))
			fallthrough
		case m.Method != "" || idErr != nil:
			c.notes = append(c.notes, m)
			c.arrived.Broadcast()
		case c.answers[id] != nil:
			c.answers[id] <- m
			delete(c.answers, id)
		}
		c.mu.Unlock()
	}
}

func receive(r *bufio.Reader) (m message, err error) {
	length := 0
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return m, err
		}
		if line == "\r\n" {
			break
		}
		if value, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return m, err
			}
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return m, err
	}
	return m, json.Unmarshal(body, &m)
}

func (c *client) write(body string) {
	_, _ = fmt.Fprintf(c.in, "Content-Length: %d\r\n\r\n%s", len(body), body) // fails when the server is gone
}

func encode(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSpace(b.String())
}

// send sends a request and returns where its answer comes.
func (c *client) send(method string, params any) (int, chan message) {
	c.mu.Lock()
	c.lastID++
	id, answer := c.lastID, make(chan message, 1)
	if c.closed {
		close(answer)
	} else {
		c.answers[id] = answer
	}
	c.mu.Unlock()
	c.write(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, id, method, encode(params)))
	return id, answer
}

func (c *client) await(answer chan message) message {
	c.Helper()
	select {
	case m, ok := <-answer:
		if !ok {
			c.Fatal("the server is gone")
		}
		return m
	case <-time.After(time.Minute):
		c.Fatal("no answer in a minute")
	}
	return message{}
}

// call sends a request and puts the result into a value. It fails on an error.
func (c *client) call(method string, params, result any) {
	c.Helper()
	_, answer := c.send(method, params)
	m := c.await(answer)
	if m.Error != nil {
		c.Fatalf("%s: %d %s", method, m.Error.Code, m.Error.Message)
	}
	if result != nil {
		if err := json.Unmarshal(m.Result, result); err != nil {
			c.Fatalf("%s: %v in %s", method, err, m.Result)
		}
	}
}

// refused sends a request that must fail.
func (c *client) refused(method string, params any) (code int, text string) {
	c.Helper()
	_, answer := c.send(method, params)
	m := c.await(answer)
	if m.Error == nil {
		c.Fatalf("%s gives %s, want an error", method, m.Result)
	}
	return m.Error.Code, m.Error.Message
}

func (c *client) notify(method string, params any) {
	c.write(fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":%s}`, method, encode(params)))
}

// next waits for a notification or request of the server.
func (c *client) next(method string) message {
	c.Helper()
	timer := time.AfterFunc(time.Minute, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.closed = true
		c.arrived.Broadcast()
	})
	defer timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		for i, m := range c.notes {
			if m.Method == method {
				c.notes = append(c.notes[:i:i], c.notes[i+1:]...)
				return m
			}
		}
		if c.closed {
			c.Fatalf("no %s", method)
		}
		c.arrived.Wait()
	}
}

// begin is the handshake; capabilities are JSON.
func (c *client) begin(capabilities string) {
	c.Helper()
	c.call("initialize", map[string]any{"processId": nil, "rootUri": fileURI(c.dir), "capabilities": json.RawMessage(capabilities)}, nil)
	c.notify("initialized", struct{}{})
}

// end is the farewell.
func (c *client) end() {
	c.Helper()
	c.call("shutdown", nil, nil)
	c.notify("exit", nil)
	if err := c.gone(); err != nil {
		c.Errorf("the server ended with %v", err)
	}
}

func (c *client) gone() error {
	c.Helper()
	select {
	case err := <-c.ended:
		return err
	case <-time.After(time.Minute):
		c.Fatal("the server does not end")
	}
	return errors.New("no")
}

func (c *client) uri(name string) string { return fileURI(filepath.Join(c.dir, name)) }

func (c *client) put(name, content string) {
	c.Helper()
	file := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		c.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		c.Fatal(err)
	}
}

func (c *client) open(name, content string) {
	language := "dockerfile"
	if strings.HasSuffix(name, ".yaml") {
		language = "yaml"
	}
	c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": c.uri(name), "languageId": language, "version": 1, "text": content}})
}

// eventually waits for something that a goroutine of the server's brings about.
func (c *client) eventually(what string, holds func() bool) {
	c.Helper()
	for begin := time.Now(); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			c.Fatalf("not in a minute: %s", what)
		}
	}
}

func (c *client) change(name string, version int, changes ...contentChange) {
	c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": c.uri(name), "version": version}, "contentChanges": changes})
}

// published waits for the findings of a version and lists them as "line:character-line:character rule message".
func (c *client) published(name string, version int) []string {
	c.Helper()
	for {
		var p publishParams
		if err := json.Unmarshal(c.next("textDocument/publishDiagnostics").Params, &p); err != nil {
			c.Fatal(err)
		}
		if p.URI == c.uri(name) && p.Version != nil && *p.Version == version {
			return listed(p.Diagnostics)
		}
	}
}

func listed(diagnostics []diagnostic) []string {
	out := []string{}
	for _, d := range diagnostics {
		out = append(out, fmt.Sprintf("%s %s %s", span(d.Range), strings.Trim(string(d.Code), `"`), d.Message))
	}
	return out
}

func span(r textRange) string {
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Character, r.End.Line, r.End.Character)
}

// at are the parameters of a request about a position.
func (c *client) at(name string, line, character int) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": c.uri(name)}, "position": position{line, character}}
}

// with adds to parameters.
func with(params map[string]any, more ...any) map[string]any {
	for i := 0; i < len(more); i += 2 {
		params[more[i].(string)] = more[i+1]
	}
	return params
}
