// Package bundle fetches, unpacks, makes and shares sets of policies: archives as OPA's bundles are (.tar.gz), and artifacts of OCI registries.
// What it reads was made by strangers, so everything is bounded and stays in memory. It is the only importer of oras-go.
package bundle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/plimline/plimline/internal/policy"
)

// Options say how to get a bundle. The zero value has no cache and no limits; see DefaultOptions.
type Options struct {
	// Keys are those that may have signed a bundle. When there are any, others are refused, and so are unsigned ones.
	Keys []policy.PublicKey
	// Lock says what is behind an address that may change, which is refused when the lock does not know it. nil: whatever is there.
	Lock *Lock
	// Offline forbids the network.
	Offline bool
	// PlainHTTP uses http instead of https. Without it, http is for loopback addresses only.
	PlainHTTP bool
	// Cache is a folder for what came over the network; "" for none.
	Cache  string
	Limits Limits
	// Timeout is for all that is fetched for one address.
	Timeout time.Duration
}

// DefaultOptions have the user's cache and the usual limits.
func DefaultOptions() Options {
	return Options{Cache: DefaultCache(), Limits: DefaultLimits(), Timeout: time.Minute}
}

// Bundle is a set of policies in memory.
type Bundle struct {
	// Digest is that of the archive, or of the artifact's manifest.
	Digest string
	FS     fs.FS
	// Packed is the archive, where it was one on disk.
	Packed []byte
	// NotKept is why the cache does not have it now; nil when it has, or has no need to.
	NotKept error
}

// Is says whether something that is called a policy is a bundle rather than a folder or a .rego file.
func Is(name string) bool {
	return IsAddress(name) || strings.HasSuffix(name, ".tar.gz") || strings.HasSuffix(name, ".tgz")
}

// IsAddress says whether a bundle is somewhere else than on disk.
func IsAddress(name string) bool { return strings.Contains(name, "://") }

// Open gets a bundle: a .tar.gz on disk, one at an https:// address, or an artifact at an oci:// address.
func Open(ctx context.Context, name string, opt Options) (*Bundle, error) {
	b, err := open(ctx, name, opt)
	if err != nil {
		return nil, fmt.Errorf("read the policies in %s: %w", shown(name), err)
	}
	return b, nil
}

// shown is a name as messages have it, without a password.
func shown(name string) string {
	if scheme, rest, ok := strings.Cut(name, "://"); ok {
		host, path, _ := strings.Cut(rest, "/")
		if i := strings.LastIndexByte(host, '@'); i >= 0 && path != "" {
			return scheme + "://..." + host[i:] + "/" + path
		}
		return name
	}
	return filepath.ToSlash(name)
}

func open(ctx context.Context, name string, opt Options) (*Bundle, error) {
	u := newUnpacker(opt.Limits)
	var from fetched
	var packed []byte
	if IsAddress(name) {
		at, err := parseAddress(name)
		if err != nil {
			return nil, err
		}
		if at.digest == "" && opt.Lock != nil {
			if at.digest = opt.Lock.Digest(at.text); at.digest == "" {
				return nil, fmt.Errorf("it is not in %s; plimline policy update puts it there", opt.Lock.File)
			}
			at.locked = opt.Lock.File
		}
		ctx, cancel := context.WithTimeout(ctx, opt.Timeout)
		defer cancel()
		if from, err = at.fetch(ctx, u, opt); err != nil {
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return nil, fmt.Errorf("it has not come after %v; giving up", opt.Timeout)
			}
			return nil, err
		}
	} else {
		var err error
		if packed, err = readFile(name, opt.Limits.Packed); err != nil {
			return nil, err
		}
		if err := u.archive(packed); err != nil {
			return nil, err
		}
		from.digest = digestOf(packed)
	}
	b, err := u.bundle(from.digest, opt.Keys)
	if err != nil {
		return nil, err
	}
	b.Packed, b.NotKept = packed, from.notKept
	return b, nil
}

// bundle checks the signature and makes a bundle of what is unpacked.
func (u *unpacker) bundle(digest string, keys []policy.PublicKey) (*Bundle, error) {
	if err := policy.VerifySignature(u.files, keys); err != nil {
		return nil, err
	}
	if err := checkManifest(u.files); err != nil {
		return nil, err
	}
	fsys, err := txtar.FS(&txtar.Archive{Files: u.files})
	if err != nil {
		return nil, err
	}
	return &Bundle{Digest: digest, FS: fsys}, nil
}

func readFile(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, pathless(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, pathless(err)
	}
	defer f.Close()
	return readAtMost(f, limit)
}

func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, pathless(err)
	}
	if int64(len(content)) > limit {
		return nil, fmt.Errorf("it is larger than %s", size(limit))
	}
	return content, nil
}

// address is where a bundle is.
type address struct {
	text   string // as it is written
	scheme string
	rest   string // behind the scheme, without the digest
	digest string // "" where it may change
	locked string // the lock file that says the digest
}

// Pinned says whether what is at an address cannot change.
func Pinned(text string) bool {
	at, err := parseAddress(text)
	return err == nil && at.digest != ""
}

func parseAddress(text string) (address, error) {
	at := address{text: text}
	at.scheme, at.rest, _ = strings.Cut(text, "://")
	if before, digest, ok := strings.Cut(at.rest, "@"+digestPrefix); ok {
		at.rest, at.digest = before, digestPrefix+digest
		if !isDigest(at.digest) {
			return at, fmt.Errorf("%q is not a digest: sha256: and 64 digits", at.digest)
		}
	}
	switch at.scheme {
	case "oci", "https", "http":
	default:
		return at, fmt.Errorf("%q is not a known kind of address; use oci://, https:// or a path", at.scheme+"://")
	}
	u, err := url.Parse(at.scheme + "://" + at.rest)
	switch {
	case err != nil:
		return at, errors.New("it is not a valid address")
	case u.User != nil:
		return at, errors.New("a password does not belong into an address")
	case u.Host == "":
		return at, errors.New("the address has no host")
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return at, errors.New("the address has blanks in it")
	}
	return at, nil
}

// fetched says what was got.
type fetched struct {
	digest  string
	notKept error // why it is not in the cache
}

// fetch unpacks what is at the address.
func (at address) fetch(ctx context.Context, u *unpacker, opt Options) (fetched, error) {
	if at.scheme == "oci" {
		return at.fetchArtifact(ctx, u, opt)
	}
	out := fetched{digest: at.digest}
	kept := cache(opt.Cache)
	packed, spoilt := []byte(nil), error(nil)
	if at.digest != "" {
		packed, spoilt = kept.get(at.digest, opt.Limits.Packed)
	}
	cached := packed != nil
	if !cached {
		if opt.Offline {
			return out, at.notCached(spoilt)
		}
		var err error
		if packed, err = at.download(ctx, opt); err != nil {
			return out, err
		}
		if out.digest = digestOf(packed); at.digest != "" && out.digest != at.digest {
			return out, at.changed(out.digest)
		}
	}
	if err := u.archive(packed); err != nil {
		return out, err
	}
	if !cached {
		out.notKept = kept.put(out.digest, packed)
	}
	return out, nil
}

// notCached says that the cache does not have what is wanted, or that what it has is spoilt.
func (at address) notCached(spoilt error) error {
	switch {
	case at.digest == "":
		return errors.New("offline, nobody can say what is there now; pin it with @sha256:")
	case spoilt != nil:
		return fmt.Errorf("%s in the cache cannot be used: %w; without --offline it is got again", at.digest, spoilt)
	case at.locked != "":
		return fmt.Errorf("%s, which %s wants, is not in the cache; without --offline it is got", at.digest, at.locked)
	}
	return fmt.Errorf("%s is not in the cache; without --offline it is got", at.digest)
}

// changed says that something else is there than was to be.
func (at address) changed(got string) error {
	if at.locked != "" {
		return fmt.Errorf("it has changed: it is %s now, and %s wants %s; plimline policy update takes what is there", got, at.locked, at.digest)
	}
	return fmt.Errorf("it is %s, and not %s", got, at.digest)
}
