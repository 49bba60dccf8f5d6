package registrytest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Fake is a registry in memory. It does what OCI's distribution specification asks for to push and pull, and whatever else a test wants it to.
type Fake struct {
	options Options
	tokens  *tokens

	mu        sync.Mutex
	content   map[string][]byte // blobs and manifests by digest
	tags      map[string]string // REPOSITORY:TAG, REPOSITORY@DIGEST
	types     map[string]string // media types of manifests by digest
	uploads   int
	requests  []string
	intercept func(http.ResponseWriter, *http.Request) bool
}

// NewFake starts a registry in this process.
func NewFake(o Options) (*Registry, error) {
	f := &Fake{options: o, content: map[string][]byte{}, tags: map[string]string{}, types: map[string]string{}}
	l, err := o.listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if o.Auth == AuthBearer {
		if f.tokens, err = newTokens(o); err != nil {
			return nil, err
		}
	}
	r := &Registry{Host: l.Addr().String(), Fake: f, Stop: serve(l, f), change: f.change}
	r.Digest = func(repository, tag string) (string, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.tags[repository+":"+tag], nil
	}
	r.Start = func() error {
		l, err := o.listen(r.Host)
		if err == nil {
			r.Stop = serve(l, f)
		}
		return err
	}
	r.Close = func() {
		r.Stop()
		if f.tokens != nil {
			f.tokens.close()
		}
	}
	return r, nil
}

// Intercept has a function answer requests first; it says whether it has. nil ends that.
func (f *Fake) Intercept(do func(http.ResponseWriter, *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.intercept = do
}

// Requests are those since the last call, as "GET /v2/...".
func (f *Fake) Requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.requests
	f.requests = nil
	return out
}

// Put stores a blob or a manifest, however wrong it is.
func (f *Fake) Put(content []byte) (digest string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	digest = digestOf(content)
	f.content[digest] = content
	return digest
}

// Tag stores a manifest in a repository.
func (f *Fake) Tag(repository, tag, mediaType string, manifest []byte) (digest string) {
	digest = f.Put(manifest)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tags[repository+":"+tag], f.tags[repository+"@"+digest], f.types[digest] = digest, digest, mediaType
	return digest
}

func (f *Fake) change(digest string, by func([]byte) []byte) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	old, ok := f.content[digest]
	if !ok {
		return nil, fmt.Errorf("there is no %q", digest)
	}
	f.content[digest] = by(bytes.Clone(old))
	return old, nil
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"errors": []map[string]string{{"code": code, "message": message}}})
}

// ServeHTTP answers as a registry does.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.requests = append(f.requests, r.Method+" "+r.URL.Path)
	intercept := f.intercept
	f.mu.Unlock()
	if intercept != nil && intercept(w, r) {
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/v2/")
	for _, kind := range []string{"/manifests/", "/blobs/uploads/", "/blobs/", "/tags/"} {
		if repository, rest, ok := strings.Cut(path, kind); ok {
			if f.allowed(w, r, repository) {
				f.serve(w, r, repository, kind, rest)
			}
			return
		}
	}
	refuse(w, http.StatusNotFound, "NOT_FOUND", "no such endpoint")
}

// allowed says whether the account may do what it asks for, and answers when it may not.
func (f *Fake) allowed(w http.ResponseWriter, r *http.Request, repository string) bool {
	action := "pull"
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		action = "push"
	}
	switch f.options.Auth {
	case AuthBasic:
		account, password, _ := r.BasicAuth()
		switch {
		case !known(account, password):
			w.Header().Set("WWW-Authenticate", `Basic realm="tests"`)
			refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
			return false
		case action == "push" && account != Writer:
			refuse(w, http.StatusForbidden, "DENIED", "requested access to the resource is denied")
			return false
		}
	case AuthBearer:
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		allowed, valid := f.tokens.may(token, repository, action)
		if allowed {
			return true
		}
		actions := "pull"
		if action == "push" {
			actions = "pull,push"
		}
		challenge := fmt.Sprintf(`Bearer realm=%q,service=%q,scope="repository:%s:%s"`, f.tokens.realm, tokenService, repository, actions)
		if valid {
			challenge += `,error="insufficient_scope"`
		}
		w.Header().Set("WWW-Authenticate", challenge)
		refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
		return false
	}
	return true
}

func (f *Fake) serve(w http.ResponseWriter, r *http.Request, repository, kind, rest string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	reading := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case kind == "/manifests/" && reading:
		digest := f.tags[repository+":"+rest]
		if strings.Contains(rest, ":") {
			digest = f.tags[repository+"@"+rest]
		}
		if digest == "" {
			f.missing(w, repository)
			return
		}
		w.Header().Set("Content-Type", f.types[digest])
		f.send(w, digest)
	case kind == "/manifests/" && r.Method == http.MethodPut:
		content, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		digest := digestOf(content)
		f.content[digest], f.types[digest] = content, r.Header.Get("Content-Type")
		f.tags[repository+":"+rest], f.tags[repository+"@"+digest] = digest, digest
		w.Header().Set("Docker-Content-Digest", digest)
		w.WriteHeader(http.StatusCreated)
	case kind == "/blobs/" && reading:
		if _, ok := f.content[rest]; !ok {
			refuse(w, http.StatusNotFound, "BLOB_UNKNOWN", "blob unknown to registry")
			return
		}
		f.send(w, rest)
	case kind == "/tags/" && reading:
		list := map[string]any{"name": repository, "tags": []string{}}
		for name := range f.tags {
			if tag, ok := strings.CutPrefix(name, repository+":"); ok {
				list["tags"] = append(list["tags"].([]string), tag)
			}
		}
		if len(list["tags"].([]string)) == 0 {
			f.missing(w, repository)
			return
		}
		slices.Sort(list["tags"].([]string))
		json.NewEncoder(w).Encode(list)
	case kind == "/blobs/uploads/" && r.Method == http.MethodPost:
		f.uploads++
		w.Header().Set("Location", fmt.Sprintf("/v2/%s/blobs/uploads/%d", repository, f.uploads))
		w.WriteHeader(http.StatusAccepted)
	case kind == "/blobs/uploads/" && r.Method == http.MethodPut:
		content, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if digest := digestOf(content); digest != r.URL.Query().Get("digest") {
			refuse(w, http.StatusBadRequest, "DIGEST_INVALID", "provided digest did not match uploaded content")
			return
		}
		f.content[digestOf(content)] = bytes.Clone(content)
		w.WriteHeader(http.StatusCreated)
	default:
		refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "the operation is unsupported")
	}
}

func (f *Fake) missing(w http.ResponseWriter, repository string) {
	for name := range f.tags {
		if i := strings.IndexAny(name, ":@"); name[:i] == repository {
			refuse(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown")
			return
		}
	}
	refuse(w, http.StatusNotFound, "NAME_UNKNOWN", "repository name not known to registry")
}

func (f *Fake) send(w http.ResponseWriter, digest string) {
	content := f.content[digest]
	w.Header().Set("Docker-Content-Digest", digest)
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.Write(slices.Clip(content)) // what HEAD gets is left out by net/http
}
