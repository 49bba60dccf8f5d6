package bundle

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// digestOf is the SHA-256 of bytes, as registries write it.
func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return digestPrefix + hex.EncodeToString(sum[:])
}

const digestPrefix = "sha256:"

func isDigest(text string) bool {
	sum, ok := strings.CutPrefix(text, digestPrefix)
	return ok && len(sum) == 64 && strings.Trim(sum, "0123456789abcdef") == ""
}

// DefaultCache is the user's cache folder for policies; "" when there is none.
func DefaultCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "plimline", "policies")
}

// cache keeps bytes by their digest in a folder, whose files may go at any time. "" keeps nothing.
type cache string

func (c cache) path(digest string) string {
	return filepath.Join(string(c), "sha256", strings.TrimPrefix(digest, digestPrefix))
}

// get is what has the digest; nil when there is nothing. What somebody has changed is as good as that, and the error says so.
func (c cache) get(digest string, limit int64) ([]byte, error) {
	if c == "" {
		return nil, nil
	}
	name := c.path(digest)
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", name)
	case info.Size() > limit:
		return nil, fmt.Errorf("%s has been changed", name)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if digestOf(content) != digest {
		return nil, fmt.Errorf("%s has been changed", name)
	}
	return content, nil
}

// put keeps bytes, at once or not at all.
func (c cache) put(digest string, content []byte) error {
	if c == "" {
		return nil
	}
	return replace(c.path(digest), content, 0o600)
}

// replace writes beside the file and renames, so that no reader sees half of it.
func replace(name string, content []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".plimline-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if err = errors.Join(err, tmp.Chmod(mode), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}
