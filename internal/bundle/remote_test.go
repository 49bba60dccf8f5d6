package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/plimline/plimline/internal/registrytest"
)

// newRegistry starts a registry without TLS, and without accounts unless auth asks for one.
func newRegistry(tb testing.TB, auth string) *registrytest.Registry {
	tb.Helper()
	r, err := registrytest.NewFake(registrytest.Options{Dir: tb.TempDir(), Auth: auth})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(r.Close)
	return r
}

// manifestOf is the text of an artifact's manifest.
func manifestOf(tb testing.TB, layers ...ocispec.Descriptor) []byte {
	tb.Helper()
	text, err := json.Marshal(ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest, Config: describe(configType, []byte("{}")), Layers: layers})
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// titled is a layer with a name.
func titled(layer ocispec.Descriptor, title string) ocispec.Descriptor {
	layer.Annotations = map[string]string{ocispec.AnnotationTitle: title}
	return layer
}

// answerTo answers all requests for some paths.
func answerTo(part string, h http.HandlerFunc) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, part) {
			h(w, r)
			return true
		}
		return false
	}
}

// TestFaultyRegistry pulls from registries that are broken, or that somebody has broken into. Each fault is refused, with what is wrong.
func TestFaultyRegistry(t *testing.T) {
	packed := archive(t, file("base-check.rego", rego))
	layer := describe(layerArchive, packed)
	good := manifestOf(t, layer)
	const repository = "/v2/org/policies"
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			io.WriteString(w, body)
		}
	}
	sends := func(mediaType string, content []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			w.Write(content)
		}
	}
	endless := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", ocispec.MediaTypeImageManifest)
		for block := bytes.Repeat([]byte(" "), 1<<16); ; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	// cut says that it sends everything, and sends half.
	cut := func(mediaType string, content []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			w.Header().Set("Content-Length", fmt.Sprint(len(content)))
			w.Write(content[:len(content)/2])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	}
	broken := func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }
	resized := func(by int64) []byte {
		l := layer
		l.Size += by
		return manifestOf(t, l)
	}
	const manifests, blobs = "/manifests/", "/blobs/"
	tests := []struct {
		name     string
		manifest []byte // instead of a good one
		pinned   bool   // to the digest of a good one
		part     string // of paths that are answered otherwise
		answer   http.HandlerFunc
		want     string // HOST stands for the registry
	}{
		// Somebody has changed something.
		{name: "manifest of another digest", pinned: true, part: manifests, answer: sends(ocispec.MediaTypeImageManifest, append(bytes.Clone(good), ' ')),
			want: "HOST sends a manifest with the digest " + digestOf(append(bytes.Clone(good), ' ')) + " instead of " + digestOf(good) + "; it is not used"},
		{name: "layer of another digest", part: blobs, answer: sends("application/octet-stream", bytes.Repeat([]byte{1}, len(packed))),
			want: "get layer " + digestOf(packed) + ": HOST sends other bytes, with the digest sha256:"},
		{name: "layer is shorter", part: blobs, answer: sends("application/octet-stream", packed[:100]), want: fmt.Sprintf("get layer %s: it ends after 100 of %d bytes", digestOf(packed), len(packed))},
		{name: "layer is longer", part: blobs, answer: sends("application/octet-stream", append(bytes.Clone(packed), 1)), want: fmt.Sprintf("it is longer than the %d bytes that the manifest says", len(packed))},
		{name: "connection ends in a layer", part: blobs, answer: cut("application/octet-stream", packed), want: fmt.Sprintf("it ends after %d of %d bytes", len(packed)/2, len(packed))},
		{name: "connection ends in a manifest", pinned: true, part: manifests, answer: cut(ocispec.MediaTypeImageManifest, good), want: "HOST sends a manifest with the digest "},
		{name: "connection ends at once", part: manifests, answer: broken, want: "HOST ends the connection without an answer"},
		{name: "manifest says a smaller size", manifest: resized(-5), want: "it is longer than the"},
		{name: "manifest says a larger size", manifest: resized(5), want: "it ends after"},
		{name: "manifest says a huge size", manifest: resized(1 << 40), want: "and 32 MiB is the most for all of them"},
		{name: "manifest says no size", manifest: resized(-layer.Size - 1), want: ": its manifest says -1 bytes"},
		{name: "endless manifest", part: manifests, answer: endless, want: "HOST sends a manifest larger than 4 MiB"},
		{name: "endless layer", part: blobs, answer: endless, want: "it is longer than the"},
		{name: "endless error", part: manifests, answer: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500); endless(w, r) }, want: "HOST answers 500 Internal Server Error; try again later"},

		// It is something else.
		{name: "page for a manifest", part: manifests, answer: sends("text/html; charset=utf-8", []byte("<html>Sign in")), want: "HOST sends a web page instead of a manifest; is it a registry"},
		{name: "image for a manifest", part: manifests, answer: sends("image/png", []byte("PNG")), want: `HOST sends "image/png" instead of a manifest`},
		{name: "page for a layer", part: blobs, answer: sends("text/html", []byte("<html>Sign in")), want: "it ends after 13 of"},
		{name: "no JSON", manifest: []byte("<html>"), want: "its manifest cannot be read: invalid character '<'"},
		{name: "index", manifest: []byte(`{"manifests": []}`), want: "it is an index of several images, and no set of policies"},
		{name: "no layers", manifest: manifestOf(t), want: "it has no policies in it: none of its 0 layers is a bundle"},
		{name: "other layers", manifest: manifestOf(t, describe("application/vnd.in-toto+json", packed)), want: "none of its 1 layers is a bundle (application/vnd.oci.image.layer.v1.tar+gzip)"},
		{name: "too many layers", manifest: manifestOf(t, make([]ocispec.Descriptor, 1001)...), want: "its manifest has more than 1000 layers"},
		{name: "digest of another kind", manifest: manifestOf(t, ocispec.Descriptor{MediaType: layerArchive, Digest: "sha512:12", Size: 1}), want: `its manifest names a layer by "sha512:12", which is no SHA-256`},
		{name: "digest with a path", manifest: manifestOf(t, ocispec.Descriptor{MediaType: layerArchive, Digest: "sha256:../../../x", Size: 1}), want: `its manifest names a layer by "sha256:../../../x", which is no SHA-256`},
		{name: "layer is no archive", manifest: manifestOf(t, describe(layerArchive, good)), want: "it is not a .tar.gz archive"},
		{name: "name leads out", manifest: manifestOf(t, titled(describe(layerPolicy, good), "../x.rego")), want: `("../x.rego"): the name leads out of the archive`},
		{name: "no name", manifest: manifestOf(t, describe(layerPolicy, good)), want: "the file has no name"},
		{name: "two of a name", manifest: manifestOf(t, titled(describe(layerPolicy, good), "x.rego"), titled(describe(layerPolicy, packed), "./x.rego")), want: `("./x.rego"): it is there twice`},

		// It does not want to.
		{name: "401", part: repository, answer: status(401, ""), want: "HOST asks for an account, and Docker's configuration has none for it; docker login HOST"},
		{name: "403", part: repository, answer: status(403, `{"errors": [{"code": "DENIED", "message": "no"}]}`), want: "HOST asks for an account"},
		{name: "404 for the manifest", part: manifests, answer: status(404, ""), want: "HOST has no tag v1 in org/policies"},
		{name: "404 for all", part: repository, answer: status(404, ""), want: "HOST has no repository org/policies"},
		{name: "404 for a digest", pinned: true, part: manifests, answer: status(404, ""), want: "HOST has no " + digestOf(good) + " in org/policies"},
		{name: "404 for the layer", part: blobs, answer: status(404, ""), want: "get layer " + digestOf(packed) + ": HOST does not have it; push the policies again"},
		{name: "400", part: manifests, answer: status(400, `{"errors": [{"code": "NAME_INVALID", "message": "bad\u001b[2J name", "detail": {"secret": 1}}]}`), want: "HOST answers 400 Bad Request: name invalid: bad [2J name"},
		{name: "418", part: manifests, answer: status(418, "<html>"), want: "HOST answers 418 I'm a teapot"},
		{name: "429", part: manifests, answer: status(429, ""), want: "HOST answers 429 Too Many Requests; try again later"},
		{name: "500", part: blobs, answer: status(500, ""), want: "get layer " + digestOf(packed) + ": HOST answers 500 Internal Server Error; try again later"},
		{name: "503", part: manifests, answer: status(503, "busy"), want: "HOST answers 503 Service Unavailable; try again later"},
		{name: "redirected again and again", part: manifests, answer: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, want: "it is redirected again and again"},
		{name: "basic and nothing to say", part: repository, answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(401)
		}, want: "HOST asks for an account"},
		{name: "token server is a file", part: repository, answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="file:///etc/passwd"`)
			w.WriteHeader(401)
		}, want: `unsupported scheme "file"`},
		{name: "slow", part: manifests, answer: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, want: "it has not come after 500ms; giving up"},
		{name: "slow in a layer", part: blobs, answer: func(w http.ResponseWriter, r *http.Request) {
			w.Write(packed[:10])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, want: "it has not come after 500ms; giving up"},
	}
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRegistry(t, registrytest.AuthNone)
			r.Fake.Put(packed)
			r.Fake.Put(good)
			manifest := good
			if test.manifest != nil {
				manifest = test.manifest
			}
			r.Fake.Tag("org/policies", "v1", ocispec.MediaTypeImageManifest, manifest)
			if test.answer != nil {
				r.Fake.Intercept(answerTo(test.part, test.answer))
			}
			name := "oci://" + r.Host + "/org/policies:v1"
			if test.pinned {
				name = "oci://" + r.Host + "/org/policies@" + digestOf(good)
			}
			opt := DefaultOptions()
			opt.Cache, opt.Timeout = t.TempDir(), 10*time.Second
			if strings.HasPrefix(test.name, "slow") {
				opt.Timeout = 500 * time.Millisecond
			}
			_, err := Open(context.Background(), name, opt)
			want := strings.ReplaceAll(test.want, "HOST", r.Host)
			if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "read the policies in "+name+": ") {
				t.Errorf("got the error %v\nwant one with %s", err, want)
			}
			kept, err := filepath.Glob(filepath.Join(opt.Cache, "sha256", "*"))
			if err != nil || len(kept) > 0 {
				t.Errorf("the cache has %v, %v", kept, err)
			}
		})
	}
}

// dockerConfig logs in to hosts.
func dockerConfig(t *testing.T, hosts ...string) {
	t.Helper()
	auths := map[string]any{}
	for _, host := range hosts {
		auths[host] = map[string]string{"auth": "d3JpdGVyOnNlY3JldA=="} // writer:secret
	}
	text, err := json.Marshal(map[string]any{"auths": auths})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DOCKER_CONFIG", dir)
}

// TestRedirect pulls from registries that keep layers elsewhere, as most do. The password and the token stay with the registry.
func TestRedirect(t *testing.T) {
	packed := archive(t, file("base-check.rego", rego))
	for _, auth := range []string{registrytest.AuthBasic, registrytest.AuthBearer} {
		t.Run(auth, func(t *testing.T) {
			var got []http.Header
			storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = append(got, r.Header.Clone())
				w.Write(packed)
			}))
			defer storage.Close()
			r := newRegistry(t, auth)
			dockerConfig(t, r.Host)
			r.Fake.Tag("org/policies", "v1", ocispec.MediaTypeImageManifest, manifestOf(t, describe(layerArchive, packed)))
			r.Fake.Intercept(answerTo("/blobs/", func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "" {
					w.WriteHeader(http.StatusForbidden)
					return
				}
				http.Redirect(w, r, storage.URL+"/signed", http.StatusTemporaryRedirect)
			}))
			opt := DefaultOptions()
			opt.Cache = ""
			if _, err := Open(context.Background(), "oci://"+r.Host+"/org/policies:v1", opt); err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 || got[0].Get("Authorization") != "" || got[0].Get("Cookie") != "" {
				t.Errorf("the storage got %v", got)
			}

			// The storage has a say of its own, and no password is offered to it when it asks.
			storage.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = append(got, r.Header.Clone())
				w.Header().Set("WWW-Authenticate", fmt.Sprintf("Basic realm=%q", "x"))
				w.WriteHeader(http.StatusUnauthorized)
			})
			got = nil
			want := fmt.Sprintf(": %s, where %s keeps it, answers 401 Unauthorized", storage.Listener.Addr(), r.Host)
			if _, err := Open(context.Background(), "oci://"+r.Host+"/org/policies:v1", opt); err == nil || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("got the error %v\nwant one that ends in %s", err, want)
			}
			if len(got) == 0 {
				t.Error("the storage was not asked")
			}
			for _, h := range got {
				if h.Get("Authorization") != "" {
					t.Errorf("the storage got %v", got)
				}
			}
		})
	}
}

// TestDowngrade pulls from a registry with TLS that sends the client to a place without.
func TestDowngrade(t *testing.T) {
	asked := false
	storage := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer storage.Close()
	r, err := registrytest.NewFake(registrytest.Options{Dir: t.TempDir(), Authority: authority})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.Fake.Intercept(answerTo("/", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, storage.URL, http.StatusFound) }))
	for _, name := range []string{"oci://" + r.Host + "/org/policies:v1", "https://" + r.Host + "/policies.tar.gz"} {
		want := ": it is redirected to " + storage.URL + ", which is not https"
		if _, err := Open(context.Background(), name, DefaultOptions()); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got the error %v\nwant one that ends in %s", err, want)
		}
	}
	if asked {
		t.Error("the redirection was followed")
	}
}

// authority signs the certificates of the registries; the system takes it for one of its own (see TestMain).
var authority *registrytest.Authority

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "plimline-bundle-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		if authority, err = registrytest.NewAuthority(dir); err != nil {
			panic(err)
		}
		os.Setenv("SSL_CERT_FILE", authority.File)
		return m.Run()
	}())
}

// TestBusy pulls from a registry that is busy at first.
func TestBusy(t *testing.T) {
	packed := archive(t, file("base-check.rego", rego))
	r := newRegistry(t, registrytest.AuthNone)
	r.Fake.Put(packed)
	r.Fake.Tag("org/policies", "v1", ocispec.MediaTypeImageManifest, manifestOf(t, describe(layerArchive, packed)))
	asked := 0
	r.Fake.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		if asked++; asked > 2 {
			return false
		}
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	})
	opt := DefaultOptions()
	opt.Cache = t.TempDir()
	if _, err := Open(context.Background(), "oci://"+r.Host+"/org/policies:v1", opt); err != nil {
		t.Error(err)
	}
}

// TestOthers pulls what conftest, oras and OPA's users push: single files, and archives by several names.
func TestOthers(t *testing.T) {
	text := []byte(rego)
	packed := archive(t, file("base-check.rego", rego), file("data.json", "{}"))
	tests := map[string][]ocispec.Descriptor{
		"conftest":        {titled(describe(layerPolicy, text), "base-check.rego"), titled(describe(layerData, []byte("{}")), "data.json")},
		"oras, files":     {titled(describe(layerFile, text), "base-check.rego"), titled(describe(layerFile, []byte("{}")), "data.json"), titled(describe(layerFile, packed), "README.md")},
		"oras, archive":   {titled(describe(layerFile, packed), "bundle.tar.gz")},
		"OPA":             {titled(describe(layerArchive, packed), "bundle.tar.gz")},
		"OPA, no name":    {describe(layerArchive, packed)},
		"and a signature": {describe(layerArchive, packed), describe("application/vnd.dev.cosign.simplesigning.v1+json", text)},
	}
	for name, layers := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRegistry(t, registrytest.AuthNone)
			for _, content := range [][]byte{text, packed, []byte("{}")} {
				r.Fake.Put(content)
			}
			r.Fake.Tag("org/policies", "v1", ocispec.MediaTypeImageManifest, manifestOf(t, layers...))
			opt := DefaultOptions()
			opt.Cache = t.TempDir()
			for range 2 { // from the registry, and from the cache
				b, err := Open(context.Background(), "oci://"+r.Host+"/org/policies:v1", opt)
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range []string{"base-check.rego", "data.json"} {
					if f, err := b.FS.Open(name); err != nil {
						t.Error(err)
					} else {
						f.Close()
					}
				}
			}
		})
	}
}

// TestCrowd has many fill one cache at once, and others read from it meanwhile.
func TestCrowd(t *testing.T) {
	packed := archive(t, file("base-check.rego", rego))
	r := newRegistry(t, registrytest.AuthNone)
	r.Fake.Put(packed)
	digest := r.Fake.Tag("org/policies", "v1", ocispec.MediaTypeImageManifest, manifestOf(t, describe(layerArchive, packed)))
	opt := DefaultOptions()
	opt.Cache = t.TempDir()
	var crowd sync.WaitGroup
	for i := range 32 {
		crowd.Go(func() {
			name := "oci://" + r.Host + "/org/policies:v1"
			if i%2 > 0 {
				name = "oci://" + r.Host + "/org/policies@" + digest
			}
			if b, err := Open(context.Background(), name, opt); err != nil || b.NotKept != nil {
				t.Errorf("%v, %v", err, b)
			}
		})
	}
	crowd.Wait()
	files, err := filepath.Glob(filepath.Join(opt.Cache, "sha256", "*"))
	if err != nil || len(files) != 2 {
		t.Errorf("the cache has %v, %v; want a manifest and a layer", files, err)
	}
	r.Fake.Requests()
	opt.Offline = true
	if _, err := Open(context.Background(), "oci://"+r.Host+"/org/policies@"+digest, opt); err != nil {
		t.Error(err)
	}
	if got := r.Fake.Requests(); len(got) > 0 {
		t.Errorf("offline, the registry was asked: %v", got)
	}
}

// TestFaultyPush pushes to registries that do not want it, or lose it.
func TestFaultyPush(t *testing.T) {
	packed := archive(t, file("base-check.rego", rego))
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			io.WriteString(w, body)
		}
	}
	tests := []struct {
		name   string
		part   string
		answer http.HandlerFunc
		want   string
	}{
		{"full", "/blobs/uploads/", status(507, ""), "HOST answers 507 Insufficient Storage; try again later"},
		{"no such repository", "/blobs/uploads/", status(404, `{"errors": [{"code": "NAME_UNKNOWN", "message": "create it first"}]}`), "HOST answers 404 Not Found: name unknown: create it first"},
		{"read-only", "/blobs/uploads/", status(405, `{"errors": [{"code": "UNSUPPORTED", "message": "the registry is read-only"}]}`), "HOST answers 405 Method Not Allowed: unsupported: the registry is read-only"},
		{"denied", "/manifests/", status(403, `{"errors": [{"code": "DENIED", "message": "tags cannot be changed"}]}`),
			"the account writer may not push to org/policies in HOST (403: denied: tags cannot be changed); docker login HOST with another one"},
		{"no place to upload to", "/blobs/uploads/", status(202, ""), "Location"},
		{"slow", "/manifests/", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "it was not done after 500ms; giving up"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRegistry(t, registrytest.AuthBasic)
			dockerConfig(t, r.Host)
			r.Fake.Intercept(func(w http.ResponseWriter, req *http.Request) bool {
				return req.Header.Get("Authorization") != "" && answerTo(test.part, test.answer)(w, req)
			})
			opt := DefaultOptions()
			opt.Timeout = 10 * time.Second
			if test.name == "slow" {
				opt.Timeout = 500 * time.Millisecond
			}
			name := "oci://" + r.Host + "/org/policies:v1"
			_, err := Push(context.Background(), packed, name, opt)
			want := strings.ReplaceAll(test.want, "HOST", r.Host)
			if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "push to "+name+": ") {
				t.Errorf("got the error %v\nwant one with %s", err, want)
			}
		})
	}
}
