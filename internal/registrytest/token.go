package registrytest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// tokens is a token server (distribution.github.io/distribution/spec/auth/token).
type tokens struct {
	realm string
	key   ed25519.PrivateKey
	close func()
}

const (
	tokenService = "registry"
	tokenIssuer  = "tests"
	tokenKeyID   = "tests"
)

type access struct {
	Type    string   `json:"type"`
	Name    string   `json:"name"`
	Actions []string `json:"actions"`
}

type claims struct {
	Issuer    string   `json:"iss"`
	Audience  string   `json:"aud"`
	Subject   string   `json:"sub"`
	Expires   int64    `json:"exp"`
	NotBefore int64    `json:"nbf"`
	Access    []access `json:"access"`
}

func newTokens(o Options) (*tokens, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	l, err := o.listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t := &tokens{realm: fmt.Sprintf("%s://%s/token", o.scheme(), l.Addr()), key: key}
	t.close = serve(l, t)
	return t, nil
}

// serve serves until it is told to stop.
func serve(l net.Listener, h http.Handler) (stop func()) {
	server := &http.Server{Handler: h}
	go server.Serve(l)
	return func() { server.Close() }
}

// ServeHTTP hands out a token for what an account may do of what is asked for.
func (t *tokens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	account, password, ok := r.BasicAuth()
	if ok && !known(account, password) {
		refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "incorrect username or password")
		return
	}
	now := time.Now()
	c := claims{tokenIssuer, tokenService, account, now.Add(time.Minute).Unix(), now.Add(-time.Minute).Unix(), []access{}}
	for _, scope := range r.URL.Query()["scope"] {
		parts := strings.Split(scope, ":")
		if len(parts) != 3 || !ok {
			continue
		}
		granted := slices.DeleteFunc(strings.Split(parts[2], ","), func(action string) bool { return account != Writer && action != "pull" })
		c.Access = append(c.Access, access{parts[0], parts[1], granted})
	}
	head, _ := json.Marshal(map[string]string{"alg": "EdDSA", "kid": tokenKeyID, "typ": "JWT"})
	payload, _ := json.Marshal(c)
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(payload)
	text += "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(t.key, []byte(text)))
	json.NewEncoder(w).Encode(map[string]string{"token": text})
}

// may says whether a token allows something, and whether it is one.
func (t *tokens) may(token, repository, action string) (allowed, valid bool) {
	text, signature, _ := cutLast(token, ".")
	sum, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || !ed25519.Verify(t.key.Public().(ed25519.PublicKey), []byte(text), sum) {
		return false, false
	}
	_, payload, _ := strings.Cut(text, ".")
	var c claims
	if content, err := base64.RawURLEncoding.DecodeString(payload); err != nil || json.Unmarshal(content, &c) != nil {
		return false, false
	}
	return slices.ContainsFunc(c.Access, func(a access) bool { return a.Name == repository && slices.Contains(a.Actions, action) }), true
}

// keys are the token server's keys as CNCF's registry reads them (RFC 8037).
func (t *tokens) keys() []byte {
	x := base64.RawURLEncoding.EncodeToString(t.key.Public().(ed25519.PublicKey))
	text, _ := json.Marshal(map[string]any{"keys": []map[string]string{{"kty": "OKP", "crv": "Ed25519", "kid": tokenKeyID, "use": "sig", "alg": "EdDSA", "x": x}}})
	return text
}

func known(account, password string) bool {
	return (account == Writer || account == Reader) && password == Password
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
