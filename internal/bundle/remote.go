package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"path"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
	"oras.land/oras-go/v2/registry/remote/errcode"
	"oras.land/oras-go/v2/registry/remote/retry"
)

// Kinds of layers: a whole archive, as OPA pulls it, and single files, as conftest pushes them.
const (
	layerArchive = ocispec.MediaTypeImageLayerGzip
	layerPolicy  = "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego"
	layerData    = "application/vnd.cncf.openpolicyagent.data.layer.v1+json"
	configType   = "application/vnd.cncf.openpolicyagent.config.v1+json"
)

const (
	maxManifest = 4 << 20 // bytes, as registries have it
	maxLayers   = 1000
)

// fetchArtifact unpacks an artifact's layers, and returns its manifest's digest. What the cache has is not asked for.
func (at address) fetchArtifact(ctx context.Context, u *unpacker, opt Options) (string, error) {
	kept := cache(opt.Cache)
	r, tag, err := at.repository(opt)
	if err != nil {
		return "", err
	}
	text, ok := []byte(nil), false
	if at.digest != "" {
		text, ok = kept.get(at.digest, maxManifest)
	}
	if !ok {
		if opt.Offline {
			return "", at.notCached()
		}
		if text, err = r.manifest(ctx, at, tag); err != nil {
			return "", err
		}
	}
	layers, err := layersOf(text, opt.Limits)
	if err != nil {
		return "", err
	}
	fetched := map[string][]byte{}
	for _, layer := range layers {
		content, cached := kept.get(string(layer.Digest), layer.Size)
		if !cached {
			if opt.Offline {
				return "", fmt.Errorf("layer %s is not in the cache, and the network is not to be used", layer.Digest)
			}
			if content, err = r.layer(ctx, layer); err != nil {
				return "", err
			}
			fetched[string(layer.Digest)] = content
		}
		if layer.MediaType == layerArchive {
			err = u.archive(content)
		} else {
			err = u.file(layer.Annotations[ocispec.AnnotationTitle], content)
		}
		if err != nil {
			return "", fmt.Errorf("layer %s%s: %w", layer.Digest, titleOf(layer), err)
		}
	}
	// The manifest comes last: where it is, the layers are.
	for digest, content := range fetched {
		_ = kept.put(digest, content)
	}
	manifest := digestOf(text)
	if !ok {
		_ = kept.put(manifest, text)
	}
	return manifest, nil
}

func titleOf(layer ocispec.Descriptor) string {
	if title := layer.Annotations[ocispec.AnnotationTitle]; title != "" {
		return fmt.Sprintf(" (%q)", title[:min(len(title), 200)])
	}
	return ""
}

// layersOf are the layers of a manifest that have policies, all within the limits.
func layersOf(text []byte, limits Limits) ([]ocispec.Descriptor, error) {
	var m struct {
		ocispec.Manifest
		Manifests json.RawMessage `json:"manifests"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("its manifest cannot be read: %w", err)
	}
	if m.Manifests != nil {
		return nil, errors.New("it is an index of several images, and no set of policies")
	}
	if len(m.Layers) > maxLayers {
		return nil, fmt.Errorf("its manifest has more than %d layers", maxLayers)
	}
	var out []ocispec.Descriptor
	var total int64
	for _, layer := range m.Layers {
		if layer.MediaType != layerArchive && layer.MediaType != layerPolicy && layer.MediaType != layerData {
			continue // signatures, pages and the like
		}
		if !isDigest(string(layer.Digest)) {
			return nil, fmt.Errorf("its manifest names a layer by %q, which is no SHA-256", string(layer.Digest[:min(len(layer.Digest), 100)]))
		}
		if layer.Size < 0 || layer.Size > limits.Packed || total+layer.Size > limits.Packed {
			return nil, fmt.Errorf("layer %s: its manifest says %d bytes, and %s is the most for all of them", layer.Digest, layer.Size, size(limits.Packed))
		}
		total += layer.Size
		out = append(out, layer)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("it has no policies in it: none of its %d layers is a bundle (%s) or a policy (%s)", len(m.Layers), layerArchive, layerPolicy)
	}
	return out, nil
}

// repository is a repository of a registry.
type repository struct {
	*remote.Repository
	opt Options
}

// repository is the one that the address names, and its tag.
func (at address) repository(opt Options) (*repository, string, error) {
	name, tag := at.rest, ""
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name, tag = name[:i], name[i+1:]
	}
	if tag == "" && at.digest == "" {
		return nil, "", errors.New("the address has neither a tag nor a digest, as in oci://registry/org/policies:v1")
	}
	text := name
	if tag != "" {
		text += ":" + tag
	}
	r, err := remote.NewRepository(text)
	if err != nil {
		return nil, "", errors.New(strings.TrimPrefix(err.Error(), "invalid reference: "))
	}
	client := &auth.Client{Client: client(opt), Cache: auth.NewCache(), Header: http.Header{"User-Agent": {"plimline"}}, ClientID: "plimline"}
	if loopback(r.Reference.Host()) {
		client.BlockedRealmPrefixes = []netip.Prefix{}
	}
	client.Credential = func(ctx context.Context, host string) (auth.Credential, error) {
		// Read when a registry asks: most never do, and a helper is a program.
		store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
		if err != nil {
			return auth.EmptyCredential, fmt.Errorf("read Docker's configuration: %w", err)
		}
		c, err := credentials.Credential(store)(ctx, host)
		if err != nil {
			return c, fmt.Errorf("ask for the password of %s: %w", host, err)
		}
		return c, nil
	}
	r.Client = client
	r.PlainHTTP = opt.PlainHTTP
	return &repository{r, opt}, tag, nil
}

// client is for one address. It tries again when a server is busy, but not for long.
func client(opt Options) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 20 * time.Second, MaxResponseHeaderBytes: 1 << 20,
		DisableKeepAlives: true,
	}
	policy := &retry.GenericPolicy{
		Retryable: func(resp *http.Response, err error) (bool, error) {
			return err == nil && (resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusBadGateway ||
				resp.StatusCode == http.StatusServiceUnavailable || resp.StatusCode == http.StatusGatewayTimeout), err
		},
		Backoff: retry.DefaultBackoff, MinWait: 200 * time.Millisecond, MaxWait: time.Second, MaxRetry: 2,
	}
	return &http.Client{
		Transport: &retry.Transport{Base: transport, Policy: func() retry.Policy { return policy }},
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

// plain is run again with http, where a registry on this machine speaks nothing else.
func (r *repository) plain(do func() error) error {
	err := do()
	if !r.PlainHTTP && errors.Is(err, http.ErrSchemeMismatch) {
		if !loopback(r.Reference.Host()) {
			return fmt.Errorf("%s speaks http, not https; --plain-http allows it", r.Reference.Host())
		}
		r.PlainHTTP = true
		err = do()
	}
	return r.explain(err)
}

// explain is an error of a registry in short.
func (r *repository) explain(err error) error {
	if err == nil {
		return nil
	}
	host := r.Reference.Host()
	var response *errcode.ErrorResponse
	var network *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return fmt.Errorf("%s asks for a password, and Docker's configuration has none; docker login %s", host, host)
	case errors.As(err, &response):
		switch detail := detailOf(response); {
		case response.StatusCode == http.StatusUnauthorized || response.StatusCode == http.StatusForbidden:
			return fmt.Errorf("%s refuses it (%d%s); docker login %s", host, response.StatusCode, detail, host)
		default:
			return fmt.Errorf("%s answers %d %s%s", host, response.StatusCode, http.StatusText(response.StatusCode), detail)
		}
	case errors.As(err, &network):
		return fmt.Errorf("%s cannot be reached: %w", host, network)
	}
	return err
}

func detailOf(e *errcode.ErrorResponse) string {
	if len(e.Errors) == 0 {
		return ""
	}
	text := e.Errors.Error()
	return ": " + strings.Map(printable, text[:min(len(text), 300)])
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// manifest gets the manifest that the address names.
func (r *repository) manifest(ctx context.Context, at address, tag string) ([]byte, error) {
	reference := at.digest
	if reference == "" {
		reference = tag
	}
	var text []byte
	err := r.plain(func() error {
		_, body, err := r.Manifests().FetchReference(ctx, reference)
		if err != nil {
			return err
		}
		defer body.Close()
		text, err = readAtMost(body, maxManifest)
		return err
	})
	switch {
	case errors.Is(err, errdef.ErrNotFound) && at.locked != "":
		return nil, fmt.Errorf("%s has no %s any more, which %s wants; plimline policy update takes what is there", r.Reference.Host(), at.digest, at.locked)
	case errors.Is(err, errdef.ErrNotFound):
		return nil, fmt.Errorf("%s has no %s in %s", r.Reference.Host(), reference, r.Reference.Repository)
	case err != nil:
		return nil, fmt.Errorf("get the manifest: %w", err)
	}
	if got := digestOf(text); at.digest != "" && got != at.digest {
		return nil, fmt.Errorf("the registry sends a manifest with the digest %s instead of %s", got, at.digest)
	}
	return text, nil
}

// layer gets a layer, whose size is within the limits.
func (r *repository) layer(ctx context.Context, layer ocispec.Descriptor) ([]byte, error) {
	var content []byte
	err := r.plain(func() error {
		body, err := r.Blobs().Fetch(ctx, layer)
		if err != nil {
			return err
		}
		defer body.Close()
		content, err = io.ReadAll(io.LimitReader(body, layer.Size+1))
		return err
	})
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || err == nil && int64(len(content)) < layer.Size:
		return nil, fmt.Errorf("get layer %s: it ends after %d of %d bytes", layer.Digest, len(content), layer.Size)
	case errors.Is(err, errdef.ErrNotFound):
		return nil, fmt.Errorf("get layer %s: %s does not have it", layer.Digest, r.Reference.Host())
	case err != nil:
		return nil, fmt.Errorf("get layer %s: %w", layer.Digest, err)
	case int64(len(content)) > layer.Size:
		return nil, fmt.Errorf("get layer %s: it is longer than the %d bytes that the manifest says", layer.Digest, layer.Size)
	case digestOf(content) != string(layer.Digest):
		return nil, fmt.Errorf("get layer %s: the registry sends other bytes, with the digest %s", layer.Digest, digestOf(content))
	}
	return content, nil
}

// download gets what is at an http or https address.
func (at address) download(ctx context.Context, opt Options) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.scheme+"://"+at.rest, nil)
	if err != nil {
		return nil, err
	}
	if at.scheme == "http" && !opt.PlainHTTP && !loopback(req.URL.Host) {
		return nil, errors.New("http can be changed by anybody on the way; use https, or --plain-http")
	}
	req.Header.Set("User-Agent", "plimline")
	resp, err := client(opt).Do(req)
	if err != nil {
		var network *net.OpError
		if errors.As(err, &network) && ctx.Err() == nil {
			return nil, fmt.Errorf("%s cannot be reached: %w", req.URL.Host, network)
		}
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", req.URL.Host, resp.Status)
	}
	packed, err := readAtMost(resp.Body, opt.Limits.Packed)
	if err != nil {
		return nil, truncated(err)
	}
	return packed, nil
}

// Push puts an archive into a registry under a tag, and returns the digest of the artifact. The same archive has the same digest.
func Push(ctx context.Context, packed []byte, name string, opt Options) (string, error) {
	digest, err := push(ctx, packed, name, opt)
	if err != nil {
		return "", fmt.Errorf("push to %s: %w", name, err)
	}
	return digest, nil
}

func push(ctx context.Context, packed []byte, name string, opt Options) (string, error) {
	at, err := parseAddress(name)
	if err != nil {
		return "", err
	}
	if at.scheme != "oci" {
		return "", errors.New("only registries are pushed to: oci://registry/org/policies:v1")
	}
	if at.digest != "" {
		return "", errors.New("give a tag instead of a digest, which comes of the content")
	}
	r, tag, err := at.repository(opt)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, opt.Timeout)
	defer cancel()
	config := describe(configType, []byte("{}"))
	layer := describe(layerArchive, packed)
	layer.Annotations = map[string]string{ocispec.AnnotationTitle: path.Base(r.Reference.Repository) + ".tar.gz"}
	text, err := json.Marshal(ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: config, Layers: []ocispec.Descriptor{layer},
	})
	if err != nil {
		return "", err
	}
	for _, blob := range []struct {
		ocispec.Descriptor
		content []byte
	}{{config, []byte("{}")}, {layer, packed}} {
		err := r.plain(func() error {
			if there, err := r.Blobs().Exists(ctx, blob.Descriptor); err != nil || there {
				return err
			}
			return r.Blobs().Push(ctx, blob.Descriptor, bytes.NewReader(blob.content))
		})
		if err != nil {
			return "", err
		}
	}
	manifest := describe(ocispec.MediaTypeImageManifest, text)
	if err := r.plain(func() error { return r.Manifests().PushReference(ctx, manifest, bytes.NewReader(text), tag) }); err != nil {
		return "", err
	}
	return string(manifest.Digest), nil
}

func describe(mediaType string, content []byte) ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: mediaType, Digest: digest.Digest(digestOf(content)), Size: int64(len(content))}
}
