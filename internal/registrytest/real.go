package registrytest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// NewReal starts CNCF's registry, which is the program.
func NewReal(program string, o Options) (*Registry, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &Registry{Host: free.Addr().String()}
	free.Close()

	storage := filepath.Join(o.Dir, "storage")
	root := filepath.Join(storage, "docker", "registry", "v2")
	r.Digest = func(repository, tag string) (string, error) {
		digest, err := os.ReadFile(filepath.Join(root, "repositories", repository, "_manifests", "tags", tag, "current", "link"))
		return string(digest), err
	}
	r.change = func(digest string, by func([]byte) []byte) ([]byte, error) {
		sum := strings.TrimPrefix(digest, "sha256:")
		file := filepath.Join(root, "blobs", "sha256", sum[:2], sum, "data")
		old, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(file, by(bytes.Clone(old)), 0o600)
		}
		return old, err
	}
	var config strings.Builder
	fmt.Fprintf(&config, "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: %q}}\n", storage)
	fmt.Fprintf(&config, "http:\n  addr: %s\n", r.Host)
	if o.Authority != nil {
		certFile, keyFile, err := o.Authority.Issue(o.Dir)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&config, "  tls: {certificate: %q, key: %q}\n", certFile, keyFile)
	}
	file := filepath.Join(o.Dir, "auth")
	var t *tokens
	switch o.Auth {
	case AuthBasic:
		fmt.Fprintf(&config, "auth: {htpasswd: {realm: tests, path: %q}}\n", file)
		// bcrypt hashes of Password.
		const accounts = Writer + ":$2a$04$2E6jH.15xcO0B8wY6Ud8WeFrWOzIAKTGmGDuhtd8w8IjSboDRw3Ii\n" +
			Reader + ":$2a$04$ywqJW8Ejcshgk3KJJt3SZumrh0MEfC2kRKNDHMYO/yIDduBpLHHba\n"
		err = os.WriteFile(file, []byte(accounts), 0o600)
	case AuthBearer:
		if t, err = newTokens(o); err == nil {
			fmt.Fprintf(&config, "auth: {token: {realm: %q, service: %s, issuer: %s, jwks: %q}}\n", t.realm, tokenService, tokenIssuer, file)
			err = os.WriteFile(file, t.keys(), 0o600)
		}
	}
	if err != nil {
		return nil, err
	}
	configFile := filepath.Join(o.Dir, "registry.yml")
	if err := os.WriteFile(configFile, []byte(config.String()), 0o600); err != nil {
		return nil, err
	}
	r.Start = func() (err error) {
		r.Stop, err = startProgram(program, configFile, r.Host)
		return err
	}
	r.Close = func() {
		r.Stop()
		if t != nil {
			t.close()
		}
	}
	return r, r.Start()
}

// startProgram starts a program and waits until it listens.
func startProgram(program, configFile, host string) (stop func(), err error) {
	cmd := exec.Command(program, "serve", configFile)
	cmd.Env = append(os.Environ(), "OTEL_TRACES_EXPORTER=none")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop = func() {
		cmd.Process.Kill()
		<-ended
		ended <- nil
	}
	for range 600 {
		if conn, err := net.DialTimeout("tcp", host, time.Second); err == nil {
			conn.Close()
			return stop, nil
		}
		select {
		case err := <-ended:
			return nil, fmt.Errorf("%s: %w\n%s", program, err, output.String())
		case <-time.After(50 * time.Millisecond):
		}
	}
	stop()
	return nil, errors.New("the registry does not listen")
}
