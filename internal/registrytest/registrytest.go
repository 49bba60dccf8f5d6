// Package registrytest has OCI registries for tests, with TLS and accounts: a small one in this process, and CNCF's own.
package registrytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Accounts of every registry that asks for one. The reader may not push, but for CNCF's registry with AuthBasic.
const (
	Writer   = "writer"
	Reader   = "reader"
	Password = "secret"
)

// Kinds of authentication.
const (
	AuthNone   = ""
	AuthBasic  = "basic"
	AuthBearer = "bearer" // tokens, as Docker Hub and ghcr.io have them
)

// Options of a registry.
type Options struct {
	// Dir is a folder for what it needs on disk.
	Dir string
	// Authority signs its certificate; nil is plain http.
	Authority *Authority
	Auth      string
}

// Registry is a registry that runs on a port of the loopback address.
type Registry struct {
	// Host is its address and port.
	Host string
	// Start starts it again at the same address after Stop, with what was pushed.
	Start func() error
	Stop  func()
	// Close ends it for good.
	Close func()
	// Fake is the registry in this process; nil for CNCF's.
	Fake *Fake
	// change replaces what has a digest by what a function makes of it, digest or not.
	change func(digest string, by func([]byte) []byte) ([]byte, error)
	// Digest is the digest of the manifest that a tag stands for.
	Digest func(repository, tag string) (string, error)
}

// Damage changes an artifact's manifest, or its first layer, where the registry keeps it.
func (r *Registry) Damage(repository, tag string, layer bool, by func([]byte) []byte) error {
	digest, err := r.Digest(repository, tag)
	if err != nil || !layer {
		if err == nil {
			_, err = r.change(digest, by)
		}
		return err
	}
	text, err := r.change(digest, func(same []byte) []byte { return same })
	if err != nil {
		return err
	}
	var manifest struct {
		Layers []struct{ Digest string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return err
	}
	_, err = r.change(manifest.Layers[0].Digest, by)
	return err
}

// Authority is a certificate authority that no system knows.
type Authority struct {
	// File has its certificate, as SSL_CERT_FILE takes it.
	File        string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// NewAuthority writes the certificate of a new authority into a folder.
func NewAuthority(dir string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "plimline's tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	a := &Authority{File: filepath.Join(dir, "ca.pem"), key: key}
	if a.certificate, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	return a, writePEM(a.File, "CERTIFICATE", der)
}

// Issue makes a certificate for the loopback address and registry.example.com, and writes it and its key into a folder.
func (a *Authority) Issue(dir string) (certFile, keyFile string, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "127.0.0.1"}, DNSNames: []string{"localhost", "registry.example.com"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return "", "", err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", "", err
	}
	certFile, keyFile = filepath.Join(dir, "server.pem"), filepath.Join(dir, "server.key")
	if err := writePEM(certFile, "CERTIFICATE", der); err != nil {
		return "", "", err
	}
	return certFile, keyFile, writePEM(keyFile, "PRIVATE KEY", private)
}

func writePEM(file, kind string, der []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// listen listens at an address, with TLS when there is an authority. Port 0 is any that is free.
func (o Options) listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil || o.Authority == nil {
		return l, err
	}
	certFile, keyFile, err := o.Authority.Issue(o.Dir)
	if err != nil {
		return nil, err
	}
	certificate, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("load the certificate: %w", err)
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{certificate}}), nil
}

func (o Options) scheme() string {
	if o.Authority == nil {
		return "http"
	}
	return "https"
}
