package policy

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lestrrat-go/jwx/v3/jws/jwsbb"
	"github.com/open-policy-agent/opa/v1/util"
	"golang.org/x/tools/txtar"
)

// Bundles are signed as OPA signs them: .signatures.json has a JSON web token with a hash of every file. OPA's own package for that costs the
// binary 1.5 MB, so this does it with the parts that topdown brings along; the tests compare it with OPA's.

const (
	signatureFile = ".signatures.json"
	// keyID is the name that opa gives to a key that has none.
	keyID = "default"
)

// PublicKey checks signatures.
type PublicKey struct {
	File string // where it is from
	key  crypto.PublicKey
}

// maxKey bounds key files, in bytes.
const maxKey = 1 << 20

func readPEM(file string) (*pem.Block, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, pathless(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKey))
	if err != nil {
		return nil, pathless(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is no PEM file (-----BEGIN ...)")
	}
	return block, nil
}

// ReadPublicKey reads a PEM file with a public key or a certificate, for RSA or ECDSA.
func ReadPublicKey(file string) (PublicKey, error) {
	k := PublicKey{File: filepath.ToSlash(file)}
	block, err := readPEM(file)
	if err == nil {
		switch block.Type {
		case "PUBLIC KEY":
			k.key, err = x509.ParsePKIXPublicKey(block.Bytes)
		case "RSA PUBLIC KEY":
			k.key, err = x509.ParsePKCS1PublicKey(block.Bytes)
		case "CERTIFICATE":
			var certificate *x509.Certificate
			if certificate, err = x509.ParseCertificate(block.Bytes); err == nil {
				k.key = certificate.PublicKey
			}
		default:
			err = fmt.Errorf("it has a %s where a PUBLIC KEY is needed", block.Type)
		}
	}
	if err == nil && algorithms(k.key) == nil {
		err = errors.New("it is for neither RSA nor ECDSA")
	}
	if err != nil {
		return k, fmt.Errorf("read the key %s: %w", k.File, err)
	}
	return k, nil
}

// PrivateKey signs.
type PrivateKey struct{ key crypto.Signer }

// ReadPrivateKey reads a PEM file with a private key, for RSA or ECDSA.
func ReadPrivateKey(file string) (PrivateKey, error) {
	var key any
	block, err := readPEM(file)
	if err == nil {
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		default:
			err = fmt.Errorf("it has a %s where a PRIVATE KEY is needed", block.Type)
		}
	}
	signer, ok := key.(crypto.Signer)
	if err == nil && (!ok || algorithms(signer.Public()) == nil) {
		err = errors.New("it is for neither RSA nor ECDSA")
	}
	if err != nil {
		return PrivateKey{}, fmt.Errorf("read the key %s: %w", filepath.ToSlash(file), err)
	}
	return PrivateKey{signer}, nil
}

// algorithms are those that a key may be used with, the usual one first. The token says which, and is not asked what kind of key it is for.
func algorithms(key crypto.PublicKey) []string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
	case *ecdsa.PublicKey:
		switch k.Curve.Params().BitSize {
		case 256:
			return []string{"ES256"}
		case 384:
			return []string{"ES384"}
		case 521:
			return []string{"ES512"}
		}
	}
	return nil
}

// signed is what a token says.
type signed struct {
	Files []signedFile `json:"files"`
	Scope string       `json:"scope,omitempty"`
}

type signedFile struct {
	Name      string `json:"name"`
	Hash      string `json:"hash"`
	Algorithm string `json:"algorithm"`
}

// VerifySignature checks the signature of a bundle's files. With keys, they must be signed with one of them; without, they must not be signed:
// nobody could say whether a signature is right.
func VerifySignature(files []txtar.File, keys []PublicKey) error {
	var signatures []byte
	for _, f := range files {
		switch {
		case f.Name == signatureFile:
			signatures = f.Data
		case path.Base(f.Name) == signatureFile:
			return fmt.Errorf("%s: signatures are at the top of a bundle", f.Name)
		}
	}
	switch {
	case signatures == nil && len(keys) == 0:
		return nil
	case signatures == nil:
		return fmt.Errorf("it is not signed, and must be with %s", keyNames(keys))
	case len(keys) == 0:
		return errors.New("it is signed, and there is no key to check that with: name one with --policy-key, or under policy-keys in plimline.yaml")
	}
	said, err := verifyToken(signatures, keys)
	if err != nil {
		return fmt.Errorf("%s: %w", signatureFile, err)
	}
	hashes := map[string]signedFile{}
	for _, f := range said.Files {
		hashes[f.Name] = f
	}
	for _, f := range files {
		if f.Name == signatureFile {
			continue
		}
		is, ok := hashes[f.Name]
		if !ok {
			return fmt.Errorf("%s: the signature does not have this file", f.Name)
		}
		delete(hashes, f.Name)
		got, err := hashFile(f, is.Algorithm)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if !strings.EqualFold(got, is.Hash) {
			return fmt.Errorf("%s: it is not as it was signed", f.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(hashes)) {
		return fmt.Errorf("%q is missing, and was there when the bundle was signed", name)
	}
	return nil
}

func keyNames(keys []PublicKey) string {
	var names []string
	for _, k := range keys {
		names = append(names, k.File)
	}
	return strings.Join(names, " or ")
}

// verifyToken is what the one token in a signature file says, when one of the keys has signed it.
func verifyToken(text []byte, keys []PublicKey) (*signed, error) {
	var list struct {
		Signatures []string `json:"signatures"`
		Plugin     string   `json:"plugin"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, err
	}
	if list.Plugin != "" && list.Plugin != "_default" { // as OPA calls what it does itself
		return nil, fmt.Errorf("it asks for the plugin %q, and there is none", list.Plugin)
	}
	if len(list.Signatures) != 1 {
		return nil, fmt.Errorf("it has %d signatures; there must be one", len(list.Signatures))
	}
	token := []byte(list.Signatures[0])
	head, payload, signature, err := jwsbb.SplitCompact(token)
	if err != nil {
		return nil, errors.New("the signature is no JSON web token")
	}
	var header struct {
		Algorithm string   `json:"alg"`
		Critical  []string `json:"crit"`
	}
	var said signed
	if err := decodePart(head, &header); err != nil {
		return nil, fmt.Errorf("the token's header: %w", err)
	}
	if err := decodePart(payload, &said); err != nil {
		return nil, fmt.Errorf("the token's payload: %w", err)
	}
	sum, err := base64.RawURLEncoding.DecodeString(string(signature))
	if err != nil {
		return nil, fmt.Errorf("the token's signature: %w", err)
	}
	if len(header.Critical) > 0 {
		return nil, fmt.Errorf("the token asks for %s, which is not known", strings.Join(header.Critical, ", "))
	}
	over := token[:len(head)+1+len(payload)]
	for _, k := range keys {
		if !slices.Contains(algorithms(k.key), header.Algorithm) {
			continue
		}
		if err := jwsbb.Verify(k.key, header.Algorithm, over, sum); err == nil {
			if said.Scope != "" {
				return nil, fmt.Errorf("it is signed for the scope %q, which is not known", said.Scope)
			}
			return &said, nil
		}
	}
	return nil, fmt.Errorf("the signature (%.20q) is not that of %s", header.Algorithm, keyNames(keys))
}

func decodePart(part []byte, into any) error {
	text, err := base64.RawURLEncoding.DecodeString(string(part))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// Sign makes the signature file of a bundle's files.
func Sign(files []txtar.File, key PrivateKey) (txtar.File, error) {
	out := txtar.File{Name: signatureFile}
	said := signed{Files: []signedFile{}}
	for _, f := range files {
		sum, err := hashFile(f, "SHA-256")
		if err != nil {
			return out, fmt.Errorf("%s: %w", f.Name, err)
		}
		said.Files = append(said.Files, signedFile{f.Name, sum, "SHA-256"})
	}
	algorithm := algorithms(key.key.Public())[0]
	head, err := json.Marshal(map[string]string{"alg": algorithm, "kid": keyID})
	if err != nil {
		return out, err
	}
	payload, err := json.Marshal(said)
	if err != nil {
		return out, err
	}
	encode := base64.RawURLEncoding.EncodeToString
	token := encode(head) + "." + encode(payload)
	sum, err := jwsbb.Sign(key.key, algorithm, []byte(token), rand.Reader)
	if err != nil {
		return out, err
	}
	out.Data, err = json.Marshal(map[string][]string{"signatures": {token + "." + encode(sum)}})
	return out, err
}

// hashFile is a file's hash in hexadecimal digits. Data and manifests are hashed by what they say, other files by their bytes.
func hashFile(f txtar.File, algorithm string) (string, error) {
	var h hash.Hash
	switch algorithm {
	case "SHA-256":
		h = sha256.New()
	case "SHA-384":
		h = sha512.New384()
	case "SHA-512":
		h = sha512.New()
	case "SHA-512-256":
		h = sha512.New512_256()
	default:
		return "", fmt.Errorf("it was hashed with %q, which is not safe or not known", algorithm)
	}
	switch path.Base(f.Name) {
	case "data.json", "data.yaml", "data.yml", ".manifest":
		value, err := ReadData(f.Data)
		if err != nil {
			return "", err
		}
		hashValue(h, value)
	default:
		h.Write(f.Data)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// hashValue writes a value in the one way that OPA hashes it.
func hashValue(w io.Writer, value any) {
	switch x := value.(type) {
	case map[string]any:
		io.WriteString(w, "{")
		for i, key := range slices.Sorted(maps.Keys(x)) {
			if i > 0 {
				io.WriteString(w, ",")
			}
			hashValue(w, key)
			io.WriteString(w, ":")
			hashValue(w, x[key])
		}
		io.WriteString(w, "}")
	case []any:
		io.WriteString(w, "[")
		for i, item := range x {
			if i > 0 {
				io.WriteString(w, ",")
			}
			hashValue(w, item)
		}
		io.WriteString(w, "]")
	default:
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(x) // what JSON and YAML hold can be written as JSON
		w.Write(bytes.Trim(b.Bytes(), "\n"))
	}
}

// ReadData reads a data.json or data.yaml as OPA does. In memory, a number of one digit takes a hundred bytes in YAML, and thirty in JSON.
func ReadData(text []byte) (any, error) {
	most := maxData
	if len(text) > maxSetup && !json.Valid(text) {
		most = maxSetup
	}
	if len(text) > most {
		return nil, fmt.Errorf("it is larger than %s", size(most))
	}
	var value any
	err := util.Unmarshal(text, &value)
	return value, err
}
