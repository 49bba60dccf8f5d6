package bundle

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
	"oras.land/oras-go/v2/registry/remote/errcode"
	"oras.land/oras-go/v2/registry/remote/retry"
)

// who is a transport that remembers in whose name a registry is asked, so that a refusal can say it.
type who struct {
	base    http.RoundTripper
	account string // "" for nobody
	known   bool   // the registry has accepted the account, and given a token
}

func (w *who) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasPrefix(req.Header.Get("Authorization"), "Bearer ") {
		w.known = true
	}
	return w.base.RoundTrip(req)
}

// client asks a registry, with the accounts of Docker's configuration.
func (w *who) client(host string, opt Options) *auth.Client {
	client := &auth.Client{Client: client(w, opt), Cache: auth.NewCache(), Header: http.Header{"User-Agent": {"plimline"}}, ClientID: "plimline"}
	if loopback(host) {
		client.BlockedRealmPrefixes = []netip.Prefix{}
	}
	client.Credential = func(ctx context.Context, host string) (auth.Credential, error) {
		// Read when a registry asks: most never do, and a helper is a program.
		store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
		if err != nil {
			return auth.EmptyCredential, &accountError{fmt.Errorf("read Docker's configuration: %w", err)}
		}
		c, err := credentials.Credential(store)(ctx, host)
		if err != nil {
			return c, &accountError{fmt.Errorf("ask Docker's credential helper for the account of %s: %w", host, err)}
		}
		if w.account = c.Username; w.account == "" && c != auth.EmptyCredential {
			w.account = "in Docker's configuration" // it has a token and no name
		}
		return c, nil
	}
	return client
}

// accountError says why Docker's configuration could not be asked for an account.
type accountError struct{ error }

func (e *accountError) Unwrap() error { return e.error }

func transport() http.RoundTripper {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 20 * time.Second, MaxResponseHeaderBytes: 1 << 20,
		DisableKeepAlives: true,
	}
}

// client is for one address. It tries again when a server is busy, but not for long.
func client(base http.RoundTripper, opt Options) *http.Client {
	policy := &retry.GenericPolicy{
		Retryable: func(resp *http.Response, err error) (bool, error) {
			return err == nil && (resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusBadGateway ||
				resp.StatusCode == http.StatusServiceUnavailable || resp.StatusCode == http.StatusGatewayTimeout), err
		},
		Backoff: retry.DefaultBackoff, MinWait: 200 * time.Millisecond, MaxWait: time.Second, MaxRetry: 2,
	}
	return &http.Client{
		Transport: &retry.Transport{Base: base, Policy: func() retry.Policy { return policy }},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) >= 10 {
				return errors.New("it is redirected again and again")
			}
			if req.URL.Scheme != "https" && via[0].URL.Scheme == "https" && !opt.PlainHTTP {
				return fmt.Errorf("it is redirected to %s, which is not https", req.URL.Redacted())
			}
			return nil
		},
	}
}

func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// refusal is the error of an answer.
func refusal(resp *http.Response) error {
	e := &errcode.ErrorResponse{Method: resp.Request.Method, URL: resp.Request.URL, StatusCode: resp.StatusCode}
	var body struct {
		Errors errcode.Errors `json:"errors"`
	}
	if json.NewDecoder(io.LimitReader(resp.Body, 8<<10)).Decode(&body) == nil {
		e.Errors = body.Errors
	}
	return e
}

// explain is an error of a registry in short, with what can be done about it.
func (r *repository) explain(err error) error {
	if err == nil {
		return nil
	}
	host := r.Reference.Registry
	var response *errcode.ErrorResponse
	var account *accountError
	switch {
	case errors.As(err, &account):
		return account.error
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return r.nobody()
	case !errors.As(err, &response):
		if other := hostOf(err); other != "" && other != r.Reference.Host() {
			host = other // it was redirected, or sent for a token
		}
		return unreachable(err, host)
	case response.StatusCode == http.StatusUnauthorized || response.StatusCode == http.StatusForbidden:
		return r.refused(response)
	}
	if other := response.URL.Host; other != r.Reference.Host() {
		host = other // it has the tokens
	}
	advice := ""
	switch {
	case response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= 500:
		advice = "; try again later"
	case response.StatusCode == http.StatusBadRequest && r.plainHTTP:
		advice = "; if it speaks https, leave --plain-http out"
	}
	return &answer{fmt.Errorf("%s answers %d %s%s%s", host, response.StatusCode, http.StatusText(response.StatusCode), detailOf(response), advice), response}
}

// answer is an error for people that keeps what it comes from.
type answer struct {
	error
	from error
}

func (a *answer) Unwrap() error { return a.from }

func (r *repository) nobody() error {
	return fmt.Errorf("%s asks for an account, and Docker's configuration has none for it; %s", r.Reference.Registry, r.login())
}

func (r *repository) login() string {
	if r.Reference.Registry == "docker.io" {
		return "docker login"
	}
	return "docker login " + r.Reference.Registry
}

// refused says whom the registry refuses, and what.
func (r *repository) refused(e *errcode.ErrorResponse) error {
	host, detail := r.Reference.Registry, detailOf(e)
	switch {
	case r.who.account == "":
		return r.nobody()
	case e.StatusCode == http.StatusForbidden || r.who.known:
		preposition := map[string]string{auth.ActionPull: "from", auth.ActionPush: "to"}[r.doing]
		return fmt.Errorf("the account %s may not %s %s %s in %s (%d%s); %s with another one", r.who.account, r.doing, preposition, r.Reference.Repository, host, e.StatusCode, detail, r.login())
	}
	return fmt.Errorf("%s does not accept the password of the account %s (%d%s); %s", host, r.who.account, e.StatusCode, detail, r.login())
}

func detailOf(e *errcode.ErrorResponse) string {
	var out strings.Builder
	for _, x := range e.Errors {
		x.Detail = nil // the registry's own business
		fmt.Fprintf(&out, ": %s", x.Error())
	}
	text := out.String()
	return strings.Map(printable, text[:min(len(text), 300)])
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// hostOf is the host that a request was made to; "" when the error is not of one.
func hostOf(err error) string {
	var at *url.Error
	if errors.As(err, &at) {
		if u, err := url.Parse(at.URL); err == nil {
			return u.Host
		}
	}
	return ""
}

// unreachable says why a host could not be asked.
func unreachable(err error, host string) error {
	if at := (*url.Error)(nil); errors.As(err, &at) {
		err = at.Err
	}
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var certificate *tls.CertificateVerificationError
	var dns *net.DNSError
	var number syscall.Errno
	var network net.Error
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "proxyconnect" {
		host = "the proxy for " + host // HTTPS_PROXY or HTTP_PROXY names it
	}
	switch {
	case errors.As(err, &authority):
		return fmt.Errorf("the certificate of %s is signed by an authority that this system does not know; add the authority to the system's, or name its PEM file in SSL_CERT_FILE", host)
	case errors.As(err, &name):
		return fmt.Errorf("the certificate of %s is for another name: %w", host, name)
	case errors.As(err, &certificate):
		return fmt.Errorf("the certificate of %s is not valid: %w", host, certificate.Err)
	case errors.As(err, &dns):
		return fmt.Errorf("%s cannot be reached: %s", host, dns.Err)
	case errors.As(err, &number):
		return fmt.Errorf("%s cannot be reached: %w", host, number)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s ends the connection without an answer", host)
	case errors.As(err, &network) && network.Timeout():
		return fmt.Errorf("%s does not answer", host)
	case errors.As(err, &network):
		return fmt.Errorf("%s cannot be reached: %w", host, network)
	}
	return err
}

// download gets what is at an http or https address.
func (at address) download(ctx context.Context, opt Options) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.scheme+"://"+at.rest, nil)
	if err != nil {
		return nil, err
	}
	if at.scheme == "http" && !opt.PlainHTTP && !loopback(req.URL.Host) {
		return nil, errors.New("http can be changed by anyone on the network path; use https, or --plain-http")
	}
	req.Header.Set("User-Agent", "plimline")
	resp, err := client(transport(), opt).Do(req)
	if errors.Is(err, http.ErrSchemeMismatch) {
		return nil, fmt.Errorf("%s speaks http, not https", req.URL.Host)
	}
	if err != nil {
		return nil, unreachable(err, cmp.Or(hostOf(err), req.URL.Host))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", resp.Request.URL.Host, resp.Status)
	}
	packed, err := readAtMost(resp.Body, opt.Limits.Packed)
	if err != nil {
		return nil, truncated(err)
	}
	return packed, nil
}
