package bundle

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/plimline/plimline/internal/policy"
)

// Pack makes an archive of a folder, with what lies in it but for what is hidden, and with what OPA needs beside it (see policy.ForOPA). The same
// files make the same bytes, unless they are signed with ECDSA. A nil key does not sign.
func Pack(folder fs.FS, forOPA []txtar.File, key *policy.PrivateKey) ([]byte, error) {
	files, err := collect(folder, DefaultLimits())
	if err != nil {
		return nil, err
	}
	// The folder may be a bundle that was unpacked.
	files = append(slices.DeleteFunc(files, func(f txtar.File) bool { return policy.IsForOPA(f.Name) }), forOPA...)
	slices.SortStableFunc(files, func(a, b txtar.File) int { return strings.Compare(a.Name, b.Name) })
	if key != nil {
		signature, err := policy.Sign(files, *key)
		if err != nil {
			return nil, err
		}
		files = append(files, signature)
	}
	packed, err := pack(files)
	if err != nil {
		return nil, err
	}
	// What is shared can be got: nothing is written that the other side refuses.
	u := newUnpacker(DefaultLimits())
	if err := u.archive(packed); err != nil {
		return nil, err
	}
	return packed, checkManifest(u.files)
}

// Unpack writes a bundle's files into a folder that is not there yet, all or none.
func (b *Bundle) Unpack(dir string) error {
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s exists", filepath.ToSlash(dir))
	}
	dir = filepath.Clean(dir)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), ".plimline-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := os.CopyFS(tmp, b.FS); err != nil {
		return err
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	return os.Rename(tmp, dir)
}
