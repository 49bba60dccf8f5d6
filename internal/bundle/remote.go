package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// Kinds of layers: a whole archive, as OPA pulls it, single files, as conftest pushes them, and what oras calls any file of which it is told nothing.
const (
	layerArchive = ocispec.MediaTypeImageLayerGzip
	layerFile    = ocispec.MediaTypeImageLayer
	layerPolicy  = "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego"
	layerData    = "application/vnd.cncf.openpolicyagent.data.layer.v1+json"
	configType   = "application/vnd.cncf.openpolicyagent.config.v1+json"
)

// Kinds of manifests, as registries send them.
const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerIndex    = "application/vnd.docker.distribution.manifest.list.v2+json"
)

const (
	maxManifest = 4 << 20 // bytes, as registries have it
	maxLayers   = 1000
)

// fetchArtifact unpacks an artifact's layers. What the cache has is not asked for.
func (at address) fetchArtifact(ctx context.Context, u *unpacker, opt Options) (fetched, error) {
	out := fetched{digest: at.digest}
	kept := cache(opt.Cache)
	r, tag, err := at.repository(opt)
	if err != nil {
		return out, err
	}
	text, spoilt := []byte(nil), error(nil)
	if at.digest != "" {
		text, spoilt = kept.get(at.digest, maxManifest)
	}
	fresh := map[string][]byte{}
	if text == nil {
		if opt.Offline {
			return out, at.notCached(spoilt)
		}
		if text, err = r.manifest(ctx, at, tag); err != nil {
			return out, err
		}
		out.digest = digestOf(text)
	}
	layers, err := layersOf(text, opt.Limits)
	if err != nil {
		return out, err
	}
	for _, layer := range layers {
		content, spoilt := kept.get(string(layer.Digest), layer.Size)
		if content == nil {
			if opt.Offline {
				return out, fmt.Errorf("layer %w", address{digest: string(layer.Digest)}.notCached(spoilt))
			}
			if content, err = r.layer(ctx, layer); err != nil {
				return out, fmt.Errorf("get layer %s: %w", layer.Digest, err)
			}
			fresh[string(layer.Digest)] = content
		}
		if title := layer.Annotations[ocispec.AnnotationTitle]; isArchive(layer) {
			err = u.archive(content)
		} else {
			err = u.file(title, content)
		}
		if err != nil {
			return out, fmt.Errorf("layer %s%s: %w", layer.Digest, titleOf(layer), err)
		}
	}
	// The manifest comes last: where it is, the layers are.
	for digest, content := range fresh {
		out.notKept = errors.Join(out.notKept, kept.put(digest, content))
	}
	if out.notKept == nil {
		out.notKept = kept.put(out.digest, text)
	}
	return out, nil
}

func titleOf(layer ocispec.Descriptor) string {
	if title := layer.Annotations[ocispec.AnnotationTitle]; title != "" {
		return fmt.Sprintf(" (%q)", title[:min(len(title), 200)])
	}
	return ""
}

func isArchive(layer ocispec.Descriptor) bool {
	return layer.MediaType == layerArchive || layer.MediaType == layerFile && Is(layer.Annotations[ocispec.AnnotationTitle])
}

func isFile(layer ocispec.Descriptor) bool {
	switch layer.MediaType {
	case layerPolicy, layerData:
		return true
	case layerFile:
		return slices.Contains([]string{".rego", ".json", ".yaml", ".yml"}, path.Ext(layer.Annotations[ocispec.AnnotationTitle]))
	}
	return false
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
		if !isArchive(layer) && !isFile(layer) {
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

// repository is a repository of a registry, for one thing to do there.
type repository struct {
	*remote.Repository
	who       *who
	doing     string // pull or push
	plainHTTP bool   // it is asked for
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
	w := &who{base: transport()}
	r.Client, r.PlainHTTP = w.client(r.Reference.Host(), opt), opt.PlainHTTP
	return &repository{r, w, auth.ActionPull, opt.PlainHTTP}, tag, nil
}

// plain is run again with http, where a registry on this machine speaks nothing else.
func (r *repository) plain(do func() error) error {
	err := do()
	if !r.PlainHTTP && errors.Is(err, http.ErrSchemeMismatch) {
		if !loopback(r.Reference.Host()) {
			return fmt.Errorf("%s speaks http, not https; --plain-http allows it", r.Reference.Registry)
		}
		r.PlainHTTP = true
		err = do()
	}
	return r.explain(err)
}

// get is what is at a path of the repository, and the media type that the registry gives it. Of what is longer than the limit it is one byte more.
func (r *repository) get(ctx context.Context, rest, accept string, limit int64) (content []byte, mediaType string, err error) {
	ctx = auth.AppendRepositoryScope(ctx, r.Reference, r.doing)
	err = r.plain(func() error {
		scheme := "https"
		if r.PlainHTTP {
			scheme = "http"
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s://%s/v2/%s/%s", scheme, r.Reference.Host(), r.Reference.Repository, rest), nil)
		if err != nil {
			return err
		}
		req.Header.Set("Accept", accept)
		resp, err := r.Client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if other := resp.Request.URL.Host; resp.StatusCode != http.StatusOK && other != r.Reference.Host() {
			return fmt.Errorf("%s, where %s keeps it, answers %s", other, r.Reference.Registry, resp.Status)
		}
		if resp.StatusCode != http.StatusOK {
			return refusal(resp)
		}
		mediaType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
		content, err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = nil // what was announced and what came is compared by who asks
		}
		return err
	})
	return content, mediaType, err
}

// manifest gets the manifest that the address names.
func (r *repository) manifest(ctx context.Context, at address, tag string) ([]byte, error) {
	reference := at.digest
	if reference == "" {
		reference = tag
	}
	kinds := []string{ocispec.MediaTypeImageManifest, ocispec.MediaTypeImageIndex, dockerManifest, dockerIndex}
	text, mediaType, err := r.get(ctx, "manifests/"+reference, strings.Join(kinds, ", "), maxManifest)
	var response *errcode.ErrorResponse
	switch {
	case errors.As(err, &response) && response.StatusCode == http.StatusNotFound:
		return nil, r.missing(ctx, at, tag)
	case err != nil:
		return nil, err
	case len(text) > maxManifest:
		return nil, fmt.Errorf("%s sends a manifest larger than %s", r.Reference.Registry, size(maxManifest))
	case mediaType == "text/html":
		return nil, fmt.Errorf("%s sends a web page instead of a manifest; is it a registry, and is there no sign-in page in front of it?", r.Reference.Registry)
	case mediaType != "" && !slices.Contains(kinds, mediaType) && !strings.HasSuffix(mediaType, "json"):
		return nil, fmt.Errorf("%s sends %q instead of a manifest", r.Reference.Registry, mediaType)
	}
	if got := digestOf(text); at.digest != "" && got != at.digest {
		return nil, fmt.Errorf("%s sends a manifest with the digest %s instead of %s; it is not used", r.Reference.Registry, got, at.digest)
	}
	return text, nil
}

// missing says what is not there, and what is.
func (r *repository) missing(ctx context.Context, at address, tag string) error {
	host, name := r.Reference.Registry, r.Reference.Repository
	if at.locked != "" {
		return fmt.Errorf("%s has no %s any more, which %s wants; plimline policy update takes what is there", host, at.digest, at.locked)
	}
	text, _, err := r.get(ctx, "tags/list", "application/json", maxManifest)
	var response *errcode.ErrorResponse
	var list struct{ Tags []string }
	switch {
	case errors.As(err, &response) && response.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s has no repository %s", host, name)
	case err != nil || json.Unmarshal(text, &list) != nil || len(list.Tags) == 0:
		list.Tags = nil
	case at.digest == "":
		const most = 5
		there := list.Tags[max(0, len(list.Tags)-most):]
		more := ""
		if len(there) < len(list.Tags) {
			more = " and others"
		}
		return fmt.Errorf("%s has no tag %s in %s; it has %s%s", host, tag, name, strings.Map(printable, strings.Join(there, ", ")), more)
	}
	if at.digest != "" {
		return fmt.Errorf("%s has no %s in %s", host, at.digest, name)
	}
	return fmt.Errorf("%s has no tag %s in %s", host, tag, name)
}

// layer gets a layer, whose size is within the limits.
func (r *repository) layer(ctx context.Context, layer ocispec.Descriptor) ([]byte, error) {
	content, _, err := r.get(ctx, "blobs/"+string(layer.Digest), "*/*", layer.Size)
	var response *errcode.ErrorResponse
	switch got := digestOf(content); {
	case errors.As(err, &response) && response.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%s does not have it; push the policies again", r.Reference.Registry)
	case err != nil:
		return nil, err
	case int64(len(content)) < layer.Size:
		return nil, fmt.Errorf("it ends after %d of %d bytes", len(content), layer.Size)
	case int64(len(content)) > layer.Size:
		return nil, fmt.Errorf("it is longer than the %d bytes that the manifest says", layer.Size)
	case got != string(layer.Digest):
		return nil, fmt.Errorf("%s sends other bytes, with the digest %s; they are not used", r.Reference.Registry, got)
	}
	return content, nil
}

// Push puts an archive into a registry under a tag, and returns the digest of the artifact. The same archive has the same digest.
func Push(ctx context.Context, packed []byte, name string, opt Options) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, opt.Timeout)
	defer cancel()
	digest, err := push(ctx, packed, name, opt)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("it was not done after %v; giving up", opt.Timeout)
	}
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
	r.doing = auth.ActionPush
	config := describe(configType, []byte("{}"))
	layer := describe(layerArchive, packed)
	// conftest and oras unpack it here; OPA does not ask.
	layer.Annotations = map[string]string{ocispec.AnnotationTitle: ".", "io.deis.oras.content.unpack": "true"}
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
