package bundle

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	opa "github.com/open-policy-agent/opa/v1/bundle"
	"golang.org/x/tools/txtar"

	"github.com/plimline/plimline/internal/policy"
)

// pair is a key as files and as they are read.
type pair struct {
	privateFile, publicFile string
	private                 policy.PrivateKey
	public                  policy.PublicKey
	algorithm               string
}

func newPair(tb testing.TB, kind string) pair {
	tb.Helper()
	var key crypto.Signer
	var err error
	p := pair{algorithm: kind}
	switch kind {
	case "RS256":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case "ES256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ES512":
		key, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	}
	if err != nil {
		tb.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	p.privateFile = writePEM(tb, filepath.Join(dir, "private.pem"), "PRIVATE KEY", private)
	p.publicFile = writePEM(tb, filepath.Join(dir, "public.pem"), "PUBLIC KEY", public)
	if p.private, err = policy.ReadPrivateKey(p.privateFile); err != nil {
		tb.Fatal(err)
	}
	if p.public, err = policy.ReadPublicKey(p.publicFile); err != nil {
		tb.Fatal(err)
	}
	return p
}

func writePEM(tb testing.TB, name, kind string, content []byte) string {
	tb.Helper()
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
		tb.Fatal(err)
	}
	return name
}

var signedFolder = fstest.MapFS{
	"base-check/rule.rego":       {Data: []byte(rego)},
	"base-check/data.yaml":       {Data: []byte("# a comment\nallow: [1, 2.50, 1e3, \"a<b&c\", true, null]\nb: {z: 1, a: \"é\\u2028\"}\n")},
	"other/data.json":            {Data: []byte(`{"z": [], "a": {}, "big": 12345678901234567890, "x": 0.1}`)},
	"base-check/good.Dockerfile": {Data: []byte("FROM scratch\n")},
	".manifest":                  {Data: []byte(`{"revision": "7", "roots": ["plimline", "base-check", "other"]}`)},
}

// TestSignature signs with plimline and verifies with OPA, and the other way round.
func TestSignature(t *testing.T) {
	for _, kind := range []string{"RS256", "ES256", "ES512"} {
		t.Run(kind, func(t *testing.T) {
			p := newPair(t, kind)
			packed, err := Pack(signedFolder, nil, &p.private)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := openBytes(t, packed, Options{Limits: DefaultLimits(), Keys: []policy.PublicKey{newPair(t, "RS256").public, p.public}}); err != nil {
				t.Errorf("plimline: %v", err)
			}
			public, err := os.ReadFile(p.publicFile)
			if err != nil {
				t.Fatal(err)
			}
			keys := opa.NewVerificationConfig(map[string]*opa.KeyConfig{"default": {Key: string(public), Algorithm: kind}}, "default", "", nil)
			read, err := opa.NewReader(bytes.NewReader(packed)).WithBundleVerificationConfig(keys).Read()
			if err != nil {
				t.Fatalf("OPA refuses what plimline signed: %v", err)
			}
			if err := read.GenerateSignature(opa.NewSigningConfig(p.privateFile, kind, ""), "default", false); err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := opa.NewWriter(&b).Write(read); err != nil {
				t.Fatal(err)
			}
			if _, err := openBytes(t, b.Bytes(), Options{Limits: DefaultLimits(), Keys: []policy.PublicKey{p.public}}); err != nil {
				t.Errorf("plimline refuses what OPA signed: %v", err)
			}
		})
	}
}

// TestTampered changes a signed bundle in every way there is.
func TestTampered(t *testing.T) {
	p, other := newPair(t, "ES256"), newPair(t, "ES256")
	packed, err := Pack(signedFolder, nil, &p.private)
	if err != nil {
		t.Fatal(err)
	}
	u := newUnpacker(DefaultLimits())
	if err := u.archive(packed); err != nil {
		t.Fatal(err)
	}
	change := func(name string, change func(string) string) func([]txtar.File) []txtar.File {
		return func(files []txtar.File) []txtar.File {
			for i := range files {
				if files[i].Name == name {
					old := string(files[i].Data)
					files[i].Data = []byte(change(old))
					if string(files[i].Data) == old {
						t.Errorf("%s is as it was", name)
					}
				}
			}
			return files
		}
	}
	replaced := func(old, new string) func(string) string {
		return func(text string) string { return strings.Replace(text, old, new, 1) }
	}
	token := func(change func(parts []string)) func([]txtar.File) []txtar.File {
		return func(files []txtar.File) []txtar.File {
			last := &files[len(files)-1]
			var list map[string][]string
			if err := json.Unmarshal(last.Data, &list); err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(list["signatures"][0], ".")
			change(parts)
			list["signatures"][0] = strings.Join(parts, ".")
			last.Data, _ = json.Marshal(list)
			return files
		}
	}
	encode := base64.RawURLEncoding.EncodeToString
	tests := []struct {
		name   string
		change func([]txtar.File) []txtar.File
		keys   []policy.PublicKey
		want   string
	}{
		{"nothing", func(f []txtar.File) []txtar.File { return f }, []policy.PublicKey{p.public}, ""},
		{"another key", func(f []txtar.File) []txtar.File { return f }, []policy.PublicKey{other.public}, `.signatures.json: the signature ("ES256") is not that of `},
		{"another kind of key", func(f []txtar.File) []txtar.File { return f }, []policy.PublicKey{newPair(t, "RS256").public}, `the signature ("ES256") is not that of `},
		{"no signature", func(f []txtar.File) []txtar.File { return f[:len(f)-1] }, []policy.PublicKey{p.public}, "it is not signed, and must be with "},
		{"a policy", change("base-check/rule.rego", replaced("set()", "{1}")), []policy.PublicKey{p.public}, "base-check/rule.rego: it is not as it was signed"},
		{"data", change("base-check/data.yaml", replaced("2.50", "2.51")), []policy.PublicKey{p.public}, "base-check/data.yaml: it is not as it was signed"},
		{"data, layout alone", change("base-check/data.yaml", replaced("# a comment\n", "")), []policy.PublicKey{p.public}, ""},
		{"data, a key twice", change("other/data.json", replaced(`"x": 0.1`, `"x": 0.1, "x": 0.2`)), []policy.PublicKey{p.public}, `other/data.json: it is not as it was signed`},
		{"another file", func(f []txtar.File) []txtar.File { return append(f, txtar.File{Name: "x.rego", Data: []byte(rego)}) }, []policy.PublicKey{p.public}, "x.rego: the signature does not have this file"},
		{"a file less", func(f []txtar.File) []txtar.File { return f[1:] }, []policy.PublicKey{p.public}, `".manifest" is missing, and was there when the bundle was signed`},
		{"algorithm none", token(func(p []string) { p[0], p[2] = encode([]byte(`{"alg":"none"}`)), "" }), []policy.PublicKey{p.public}, `the signature ("none") is not that of`},
		{"public key as a secret", token(func(p []string) { p[0] = encode([]byte(`{"alg":"HS256"}`)) }), []policy.PublicKey{p.public}, `the signature ("HS256") is not that of`},
		{"payload", token(func(p []string) { p[1] = encode([]byte(`{"files":[]}`)) }), []policy.PublicKey{p.public}, `the signature ("ES256") is not that of`},
		{"no token", change(".signatures.json", func(string) string { return `{"signatures":["x"]}` }), []policy.PublicKey{p.public}, "the signature is no JSON web token"},
		{"two tokens", change(".signatures.json", func(string) string { return `{"signatures":["x", "y"]}` }), []policy.PublicKey{p.public}, "it has 2 signatures; there must be one"},
		{"no JSON", change(".signatures.json", func(string) string { return `{` }), []policy.PublicKey{p.public}, ".signatures.json: unexpected end of JSON input"},
		{"a plugin", change(".signatures.json", replaced(`{`, `{"plugin":"x",`)), []policy.PublicKey{p.public}, `it asks for the plugin "x"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := make([]txtar.File, len(u.files))
			copy(files, u.files)
			var entries []entry
			for _, f := range test.change(files) {
				entries = append(entries, file(f.Name, string(f.Data)))
			}
			_, err := openBytes(t, archive(t, entries...), Options{Limits: DefaultLimits(), Keys: test.keys})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got the error %v\nwant one with %s", err, test.want)
			}
		})
	}
}

// TestKeys reads files that are no keys for their use.
func TestKeys(t *testing.T) {
	p := newPair(t, "ES256")
	for file, want := range map[string]string{
		p.privateFile: "it has a PRIVATE KEY where a PUBLIC KEY is needed",
		writePEM(t, filepath.Join(t.TempDir(), "x.pem"), "PUBLIC KEY", []byte("x")): "asn1: ",
		"signature_test.go": "it is no PEM file",
		"nowhere.pem":       "read the key nowhere.pem: no such file or directory",
	} {
		if _, err := policy.ReadPublicKey(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got the error %v, want one with %s", file, err, want)
		}
	}
	if _, err := policy.ReadPrivateKey(p.publicFile); err == nil || !strings.Contains(err.Error(), "it has a PUBLIC KEY where a PRIVATE KEY is needed") {
		t.Errorf("got the error %v", err)
	}
}
