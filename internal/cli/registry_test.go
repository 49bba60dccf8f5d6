package cli_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/plimline/plimline/internal/registrytest"
)

// TestRegistry runs the sessions in testdata/registry against a registry in this process, and against CNCF's when REGISTRY_PROGRAM names it
// (.ci/registry builds it).
func TestRegistry(t *testing.T) {
	t.Run("fake", func(t *testing.T) { registryScripts(t, "") })
	if program := os.Getenv("REGISTRY_PROGRAM"); program != "" {
		t.Run("real", func(t *testing.T) { registryScripts(t, program) })
	}
}

func registryScripts(t *testing.T, program string) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(root, "testdata", "registry"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			s := &session{program: program, dir: filepath.Join(env.WorkDir, ".registry")}
			env.Values[session{}] = s
			env.Defer(s.close)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			env.Setenv("DOCKER_CONFIG", filepath.Join(env.WorkDir, ".docker"))
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "fake" {
				return program == "", nil
			}
			return false, fmt.Errorf("unknown condition %s", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"registry": registryCommand, "login": login, "expand": expand, "requests": requests, "tamper": tamper, "proxy": proxy, "port": port, "ask": ask,
		},
	})
}

// session is what a script has started.
type session struct {
	program  string // CNCF's registry, or "" for the one in this process
	dir      string
	registry *registrytest.Registry
}

func (s *session) close() {
	if s.registry != nil {
		s.registry.Close()
	}
}

func sessionOf(ts *testscript.TestScript) *session { return ts.Value(session{}).(*session) }

// registryCommand is "registry new [basic|bearer|none|plain]", which sets REGISTRY and SSL_CERT_FILE; "registry stop", "registry start";
// "registry serve FILE" has it serve a file too;
// "registry digest VARIABLE REPOSITORY TAG"; "registry cut REPOSITORY TAG" shortens the layer of an artifact, and "registry change REPOSITORY TAG" changes its manifest.
func registryCommand(ts *testscript.TestScript, _ bool, args []string) {
	s := sessionOf(ts)
	switch args[0] {
	case "new":
		ts.Check(os.MkdirAll(s.dir, 0o755))
		o := registrytest.Options{Dir: s.dir}
		if args[1] != "plain" {
			var err error
			o.Auth = strings.TrimPrefix(args[1], "none")
			o.Authority, err = registrytest.NewAuthority(s.dir)
			ts.Check(err)
			ts.Setenv("SSL_CERT_FILE", o.Authority.File)
		}
		var err error
		if s.program == "" {
			s.registry, err = registrytest.NewFake(o)
		} else {
			s.registry, err = registrytest.NewReal(s.program, o)
		}
		ts.Check(err)
		ts.Setenv("REGISTRY", s.registry.Host)
	case "stop":
		s.registry.Stop()
	case "start":
		ts.Check(s.registry.Start())
	case "serve":
		s.registry.Fake.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/"+args[1] {
				http.ServeFile(w, r, ts.MkAbs(args[1]))
			}
			return r.URL.Path == "/"+args[1]
		})
	case "digest":
		digest, err := s.registry.Digest(args[2], args[3])
		ts.Check(err)
		ts.Setenv(args[1], digest)
	case "cut":
		ts.Check(s.registry.Damage(args[1], args[2], true, func(content []byte) []byte { return content[:len(content)-10] }))
	case "change":
		ts.Check(s.registry.Damage(args[1], args[2], false, func(content []byte) []byte { return append(content, ' ') }))
	default:
		ts.Fatalf("registry %s is unknown", args[0])
	}
}

// requests N says that there were so many requests since the last time, and without N begins to count. CNCF's registry does not count.
func requests(ts *testscript.TestScript, _ bool, args []string) {
	got := sessionOf(ts).registry.Fake.Requests()
	if len(args) == 0 {
		return
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if len(got) != want {
		ts.Fatalf("%d requests, want %d: %q", len(got), want, got)
	}
}

// proxy starts a proxy that takes the registry for every host, and sets HTTP_PROXY and HTTPS_PROXY.
func proxy(ts *testscript.TestScript, _ bool, _ []string) {
	host := sessionOf(ts).registry.Host
	plain := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: host})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			plain.ServeHTTP(w, r)
			return
		}
		to, err := net.Dial("tcp", host)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer to.Close()
		w.WriteHeader(http.StatusOK)
		from, read, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer from.Close()
		go io.Copy(to, read)
		io.Copy(from, to)
	}))
	ts.Defer(server.Close)
	ts.Setenv("HTTP_PROXY", server.URL)
	ts.Setenv("HTTPS_PROXY", server.URL)
}

// port sets PORT to a free port.
func port(ts *testscript.TestScript, _ bool, _ []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	defer l.Close()
	ts.Setenv("PORT", strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
}

// ask URL FILE asks an OPA about an input until it knows the answer, which it has when it has got its bundle.
func ask(ts *testscript.TestScript, _ bool, args []string) {
	text, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	var last []byte
	for range 600 {
		resp, err := http.Post(args[0], "application/json", strings.NewReader(`{"input": `+string(text)+`}`))
		if err == nil {
			last, err = io.ReadAll(resp.Body)
			resp.Body.Close()
			if err == nil && strings.Contains(string(last), `"result"`) {
				ts.Stdout().Write(last)
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("no answer; the last was %s", last)
}

// tamper DIGEST changes what the cache has.
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	file := filepath.Join(ts.Getenv("XDG_CACHE_HOME"), "plimline", "policies", "sha256", strings.TrimPrefix(args[0], "sha256:"))
	text, err := os.ReadFile(file)
	ts.Check(err)
	ts.Check(os.WriteFile(file, append(text, ' '), 0o600))
}

// login ACCOUNT PASSWORD is what docker login leaves.
func login(ts *testscript.TestScript, _ bool, args []string) {
	text, err := json.Marshal(map[string]any{"auths": map[string]any{ts.Getenv("REGISTRY"): map[string]string{
		"auth": base64.StdEncoding.EncodeToString([]byte(args[0] + ":" + args[1])),
	}}})
	ts.Check(err)
	ts.Check(os.MkdirAll(ts.Getenv("DOCKER_CONFIG"), 0o755))
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("DOCKER_CONFIG"), "config.json"), text, 0o600))
}

// expand FILE... puts the values of variables into files.
func expand(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		file := ts.MkAbs(name)
		text, err := os.ReadFile(file)
		ts.Check(err)
		ts.Check(os.WriteFile(file, []byte(os.Expand(string(text), ts.Getenv)), 0o600))
	}
}

// credentialHelper is a program as Docker's configuration names them (github.com/docker/docker-credential-helpers): it has an account for any
// registry, or the error in REFUSED, and notes what it is asked for in ASKED.
func credentialHelper() {
	host, err := io.ReadAll(os.Stdin)
	if err == nil && os.Getenv("ASKED") != "" {
		err = os.WriteFile(os.Getenv("ASKED"), []byte(os.Args[1]+" "+string(host)+"\n"), 0o600)
	}
	switch {
	case err != nil:
		fmt.Println(err)
		os.Exit(1)
	case os.Getenv("REFUSED") != "":
		fmt.Println(os.Getenv("REFUSED"))
		os.Exit(1)
	}
	fmt.Printf(`{"ServerURL": %q, "Username": %q, "Secret": %q}`, strings.TrimSpace(string(host)), registrytest.Writer, registrytest.Password)
}
