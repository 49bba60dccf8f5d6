// Package lsp is plimline's language server: what the command line says of files on disk, said of a buffer while it is typed.
//
// A message is taken in by one goroutine, in order: it edits the buffer, or notes which snapshot of it a request is about. Requests are
// answered by goroutines of their own, so that a slow one holds up nothing.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/inputs"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/shellcheck"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/unit"
)

// Options are what the command line gives the server.
type Options struct {
	Version string
	// Load reads configurations anew; rules too when keep is nil, else they are keep's.
	Load func(keep *lint.Set) (*lint.Set, *config.Loader, error)
	// Sources is the build context of a file.
	Sources unit.Sources
	// Builds is what a Compose or Bake file builds.
	Builds func(context.Context, *source.File) ([]inputs.Build, error)
	// ShellCheck has ShellCheck judge scripts; nil when there is none.
	ShellCheck func(context.Context, []shellcheck.Script) ([][]shellcheck.Comment, error)
	// Page is the address of a rule's page; "" when it has none.
	Page func(finding.Rule) string
	// Timeout is what the rules get for one file.
	Timeout time.Duration
	// Delay is how long typing must pause before findings are published.
	Delay time.Duration
}

// ErrNoShutdown says that the client left without a word.
var ErrNoShutdown = errors.New("the client is gone without a shutdown")

// farewell is how long a client has to leave a session that cannot begin.
const farewell = 2 * time.Second

// Codes of the protocol, beside JSON-RPC's.
const (
	codeNotInitialized  = -32002
	codeCancelled       = -32800
	codeServerCancelled = -32802
)

// state is where a session stands.
type state int

const (
	stateNew state = iota
	stateReady
	stateShutdown
	stateExit
)

// server is one session.
type server struct {
	opt      Options
	ctx      context.Context
	conn     *jsonrpc2.Conn // set by the first message
	requests map[string]request
	notices  map[string]notice

	unfit  error        // why the session cannot begin
	client capabilities // set by initialize, before everything else
	units  encoding

	mu        sync.Mutex // guards what follows
	state     state
	folders   []workspaceFolder
	running   map[jsonrpc2.ID]context.CancelFunc
	documents map[string]*document      // by URI
	book      *rulebook                 // nil until it can be read
	unread    error                     // why it cannot, when book is nil
	builds    map[string][]inputs.Build // of the Compose and Bake files that configurations name
	seen      map[string]stamp          // of the files that the rulebook was read from
	nextLook  time.Time                 // when to look whether they have changed
	warned    map[string]string         // what is shown, by what it is about
	problems  map[string]string         // diagnostics of configuration files, as JSON, by URI
	results   int                       // of tokens, so far
	pending   bool                      // a reload is about to begin
	// pendingRules: the rules are reloaded then.
	pendingRules bool

	loading    sync.Mutex // held while configurations are loaded
	publishing sync.Mutex // held while diagnostics are compared with the latest and sent
	wait       sync.WaitGroup
}

// request answers a request about a document. snap is nil when the document is not open.
type request func(ctx context.Context, snap *snapshot, p *params) (any, error)

// notice takes a notification in.
type notice func(raw json.RawMessage) error

// Serve runs a session until the client ends it. The error is ErrNoShutdown, that of a stream that makes no sense, or the context's.
func Serve(ctx context.Context, in io.Reader, out io.Writer, opt Options) error {
	return serve(ctx, in, out, opt, func(*server) {})
}

// serve is Serve, and shows the server before it begins.
func serve(ctx context.Context, in io.Reader, out io.Writer, opt Options, show func(*server)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := newServer(ctx, opt)
	show(s)
	if err := s.load(true); err != nil {
		// A configuration is mended while it is open in the editor; flags are not.
		if problems := (config.Problems)(nil); !errors.As(err, &problems) {
			s.unfit = err
		}
	}
	stream := newStream(in, out)
	conn := jsonrpc2.NewConn(ctx, stream, s, jsonrpc2.SetLogger(log.New(io.Discard, "", 0)))
	select {
	case <-conn.DisconnectNotify():
	case <-ctx.Done():
	}
	s.mu.Lock()
	left := s.state
	s.state = stateExit
	s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	cancel()
	s.wait.Wait()
	if s.unfit != nil {
		return s.unfit
	}
	if left >= stateShutdown {
		return nil
	}
	if err := stream.broken(); err != nil {
		return fmt.Errorf("the client's messages make no sense: %w", err)
	}
	return ErrNoShutdown
}

func newServer(ctx context.Context, opt Options) *server {
	s := &server{opt: opt, ctx: ctx, units: utf16Units, running: map[jsonrpc2.ID]context.CancelFunc{}, documents: map[string]*document{},
		builds: map[string][]inputs.Build{}, warned: map[string]string{}, problems: map[string]string{}}
	s.requests = map[string]request{
		"textDocument/diagnostic":                s.pull,
		"textDocument/codeAction":                s.codeActions,
		"textDocument/hover":                     s.hover,
		"textDocument/definition":                s.definition,
		"textDocument/references":                s.references,
		"textDocument/documentHighlight":         s.highlights,
		"textDocument/documentSymbol":            s.symbols,
		"textDocument/foldingRange":              s.folding,
		"textDocument/prepareRename":             s.prepareRename,
		"textDocument/rename":                    s.rename,
		"textDocument/completion":                s.complete,
		"textDocument/semanticTokens/full":       s.tokens,
		"textDocument/semanticTokens/range":      s.tokensIn,
		"textDocument/semanticTokens/full/delta": s.tokensSince,
	}
	s.notices = map[string]notice{
		"initialized":                         s.initialized,
		"textDocument/didOpen":                s.didOpen,
		"textDocument/didChange":              s.didChange,
		"textDocument/didClose":               s.didClose,
		"textDocument/didSave":                s.didSave,
		"workspace/didChangeWatchedFiles":     s.didChangeFiles,
		"workspace/didChangeConfiguration":    func(json.RawMessage) error { s.reloadSoon(true); return nil },
		"workspace/didChangeWorkspaceFolders": s.didChangeFolders,
		"$/cancelRequest":                     s.cancelRequest,
	}
	return s
}

// Handle takes one message in. The library calls it for one after the other.
func (s *server) Handle(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request) {
	if s.conn == nil {
		s.conn = conn // who made it may not have it yet
	}
	raw := json.RawMessage("{}")
	if req.Params != nil && string(*req.Params) != "null" {
		raw = *req.Params
	}
	if req.Notif {
		s.notified(req.Method, raw)
		return
	}
	s.mu.Lock()
	state := s.state
	s.mu.Unlock()
	answer, known := s.requests[req.Method]
	switch {
	case state == stateNew && req.Method == "initialize" && s.unfit != nil:
		s.reply(req.ID, fails(jsonrpc2.CodeInvalidRequest, s.unfit.Error()))
		s.spawn(func() {
			select {
			case <-s.ctx.Done():
			case <-time.After(farewell): // a client that sees the end at once does not look at the answer
				_ = conn.Close()
			}
		})
	case state == stateNew && req.Method == "initialize":
		s.reply(req.ID, func() (any, error) { return s.initialize(raw) })
	case state == stateNew:
		s.reply(req.ID, fails(codeNotInitialized, "initialize comes first"))
	case state >= stateShutdown || req.Method == "initialize":
		s.reply(req.ID, fails(jsonrpc2.CodeInvalidRequest, "the session is past that"))
	case req.Method == "shutdown":
		s.mu.Lock()
		s.state = stateShutdown
		s.mu.Unlock()
		s.reply(req.ID, func() (any, error) { return nil, nil })
	case req.Method == "codeAction/resolve":
		s.answer(req.ID, func(ctx context.Context) (any, error) { return s.resolve(ctx, raw) })
	case !known:
		s.reply(req.ID, fails(jsonrpc2.CodeMethodNotFound, req.Method+" is not known here"))
	default:
		p := &params{}
		if err := json.Unmarshal(raw, p); err != nil {
			s.reply(req.ID, fails(jsonrpc2.CodeInvalidParams, "the parameters of "+req.Method+" do not fit: "+err.Error()))
			return
		}
		snap := s.latest(p.TextDocument.URI)
		if snap != nil && (snap.kind != kindDockerfile || snap.large()) && req.Method != "textDocument/diagnostic" && req.Method != "textDocument/codeAction" {
			snap = nil // stages and variables are those of Dockerfiles
		}
		s.answer(req.ID, func(ctx context.Context) (any, error) {
			result, err := answer(ctx, snap, p)
			if err != nil {
				err = fmt.Errorf("%s: %w", req.Method, err)
			}
			return result, err
		})
	}
}

func fails(code int64, message string) func() (any, error) {
	return func() (any, error) { return nil, &jsonrpc2.Error{Code: code, Message: message} }
}

// spawn runs f beside the reading of messages, unless the session is over. A panic in it ends f alone.
func (s *server) spawn(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != stateExit {
		s.wait.Go(func() {
			if _, err := guarded(func() (any, error) { f(); return nil, nil }); err != nil {
				s.log(err)
			}
		})
	}
}

// answer answers a request from a goroutine of its own, which $/cancelRequest can stop.
func (s *server) answer(id jsonrpc2.ID, f func(context.Context) (any, error)) {
	ctx, cancel := context.WithCancel(s.ctx)
	s.mu.Lock()
	s.running[id] = cancel
	s.mu.Unlock()
	s.spawn(func() {
		defer func() {
			s.mu.Lock()
			delete(s.running, id)
			s.mu.Unlock()
			cancel()
		}()
		s.reply(id, func() (any, error) {
			result, err := f(ctx)
			if ctx.Err() != nil && s.ctx.Err() == nil {
				return nil, &jsonrpc2.Error{Code: codeCancelled, Message: "cancelled"}
			}
			return result, err
		})
	})
}

// reply sends what f gives; a panic in it is the answer of this request alone.
func (s *server) reply(id jsonrpc2.ID, f func() (any, error)) {
	result, err := guarded(f)
	if c := (*crash)(nil); errors.As(err, &c) {
		s.log(err)
	}
	response := &jsonrpc2.Response{ID: id}
	if err == nil {
		err = response.SetResult(result)
	}
	if err != nil {
		if !errors.As(err, &response.Error) {
			response.Error = &jsonrpc2.Error{Code: jsonrpc2.CodeInternalError, Message: err.Error()}
		}
	}
	_ = s.conn.SendResponse(s.ctx, response) // fails when the client is gone
}

// crash is a panic as an error.
type crash struct {
	cause any
	stack string
}

func (c *crash) Error() string { return fmt.Sprintf("plimline has a fault: %v", c.cause) }

func guarded(f func() (any, error)) (result any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			result, err = nil, &crash{cause, string(debug.Stack())}
		}
	}()
	return f()
}

// notified takes a notification in; what is wrong with it goes to the client's log, for there is no answer.
func (s *server) notified(method string, raw json.RawMessage) {
	s.mu.Lock()
	ready := s.state == stateReady
	if method == "exit" && s.state != stateShutdown {
		s.state = stateNew // it has not said so
	}
	s.mu.Unlock()
	if method == "exit" {
		_ = s.conn.Close()
		return
	}
	take, known := s.notices[method]
	if !known || !ready && method != "$/cancelRequest" {
		return
	}
	if _, err := guarded(func() (any, error) { return nil, take(raw) }); err != nil {
		s.log(fmt.Errorf("%s: %w", method, err))
	}
}

// log writes into the client's log what a reader of plimline's sources needs.
func (s *server) log(err error) {
	text := err.Error()
	if c := (*crash)(nil); errors.As(err, &c) {
		text += "\n" + c.stack
	}
	s.say("window/logMessage", text)
}

// notify sends a notification. It fails when the client is gone, and then nobody misses it.
func (s *server) notify(method string, params any) { _ = s.conn.Notify(s.ctx, method, params) }

// say shows or logs an error at the client.
func (s *server) say(method, message string) {
	s.notify(method, struct {
		Type    int    `json:"type"`
		Message string `json:"message"`
	}{1, "plimline: " + message})
}

func (s *server) cancelRequest(raw json.RawMessage) error {
	var p struct {
		ID jsonrpc2.ID `json:"id"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.running[p.ID]; cancel != nil {
		cancel()
	}
	return nil
}

func (s *server) initialize(raw json.RawMessage) (any, error) {
	var p initializeParams
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: "the parameters of initialize do not fit: " + err.Error()}
	}
	s.outlive(p.ProcessID)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state, s.client, s.folders = stateReady, p.Capabilities, p.WorkspaceFolders
	if len(s.folders) == 0 && p.RootURI != "" {
		s.folders = []workspaceFolder{{URI: p.RootURI}}
	}
	switch known := p.Capabilities.General.PositionEncodings; {
	case slices.Contains(known, utf8Units):
		s.units = utf8Units
	case slices.Contains(known, utf32Units) && !slices.Contains(known, utf16Units):
		s.units = utf32Units
	}
	return map[string]any{
		"serverInfo":   map[string]string{"name": "plimline", "version": s.opt.Version},
		"capabilities": s.offers(),
	}, nil
}

// offers are the server's capabilities. A client that pulls diagnostics gets none pushed: it would show them twice.
func (s *server) offers() map[string]any {
	var renames any = true
	if s.client.TextDocument.Rename.PrepareSupport {
		renames = map[string]bool{"prepareProvider": true}
	}
	var actions any = true
	if s.client.TextDocument.CodeAction.Literals != nil {
		actions = map[string]any{"codeActionKinds": []string{kindQuickFix, kindFixAll}, "resolveProvider": s.resolves()}
	}
	offers := map[string]any{
		"positionEncoding":          s.units,
		"textDocumentSync":          map[string]any{"openClose": true, "change": 2, "save": true},
		"hoverProvider":             true,
		"definitionProvider":        true,
		"referencesProvider":        true,
		"documentHighlightProvider": true,
		"documentSymbolProvider":    true,
		"foldingRangeProvider":      true,
		"renameProvider":            renames,
		"completionProvider":        map[string]any{"triggerCharacters": []string{"$", "{", "=", ",", "-", " "}},
		"codeActionProvider":        actions,
		"semanticTokensProvider": map[string]any{
			"legend": map[string]any{"tokenTypes": tokenTypes(), "tokenModifiers": []string{"declaration"}},
			"full":   map[string]bool{"delta": true},
			"range":  true,
		},
		"workspace": map[string]any{"workspaceFolders": map[string]bool{"supported": true, "changeNotifications": true}},
	}
	if s.pulls() {
		offers["diagnosticProvider"] = map[string]any{"identifier": "plimline", "interFileDependencies": false, "workspaceDiagnostics": false}
	}
	return offers
}

func (s *server) pulls() bool { return s.client.TextDocument.Diagnostic != nil }

func (s *server) initialized(json.RawMessage) error {
	s.mu.Lock()
	unread := s.unread
	s.mu.Unlock()
	if unread != nil {
		s.complain(nil, unread)
	}
	if !s.client.Workspace.DidChangeWatchedFiles.DynamicRegistration {
		if !s.pulls() || s.client.Workspace.Diagnostics.RefreshSupport {
			s.spawn(s.watch)
		}
		return nil
	}
	var watchers []map[string]string
	// Configurations, parameters, baselines, Compose and Bake files; policies; and what the build context is looked at for.
	for _, glob := range []string{"**/*.{yaml,yml,json,hcl}", "**/*.rego", "**/.env", "**/*.dockerignore", "**/*.go", "**/go.{mod,sum,work}"} {
		watchers = append(watchers, map[string]string{"globPattern": glob})
	}
	s.spawn(func() {
		_ = s.conn.Call(s.ctx, "client/registerCapability", map[string]any{"registrations": []any{map[string]any{
			"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": map[string]any{"watchers": watchers},
		}}}, nil) // a client that refuses does not tell, and files are looked at from time to time
	})
	return nil
}
