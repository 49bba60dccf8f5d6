package bundle

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// LockName is the name of lock files, which lie beside plimline.yaml.
const LockName = "plimline.lock"

const lockHead = `# The policies that plimline.yaml names by a tag or an address, and what was behind each when it was last looked at.
# plimline uses these and refuses anything else. Keep this file with plimline.yaml; "plimline policy update" writes it.
`

// Lock says what is behind addresses that may change. It is not safe for concurrent use.
type Lock struct {
	// File is where it is, as messages name it.
	File    string
	digests map[string]string // by address
}

// ReadLock reads the lock file of a folder. One that is not there is empty.
func ReadLock(dir string) (*Lock, error) {
	l := &Lock{File: filepath.Join(dir, LockName), digests: map[string]string{}}
	f, err := os.Open(l.File)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", l.File, pathless(err))
	}
	defer f.Close()
	const limit = 1 << 20
	content, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", l.File, pathless(err))
	}
	if len(content) > limit {
		return nil, fmt.Errorf("read %s: it is larger than %s", l.File, size(limit))
	}
	for i, line := range strings.Split(string(content), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		problem := ""
		switch fields := strings.Fields(line); {
		case slices.Contains([]string{"<<<<<<<", "|||||||", "=======", ">>>>>>>"}, fields[0]):
			problem = "git has left a conflict here"
		case len(fields) != 2 || !strings.Contains(fields[0], "://"):
			problem = "a line is an address and a digest, with a blank between them"
		case !isDigest(fields[1]):
			problem = fmt.Sprintf("%q is not a digest: sha256: and 64 digits", fields[1])
		case l.digests[fields[0]] != "":
			problem = fields[0] + " is here twice"
		default:
			l.digests[fields[0]] = fields[1]
			continue
		}
		return nil, fmt.Errorf("%s:%d: %s; plimline policy update writes the file anew", l.File, i+1, problem)
	}
	return l, nil
}

// NewLock is an empty lock that belongs into a folder.
func NewLock(dir string) *Lock {
	return &Lock{File: filepath.Join(dir, LockName), digests: map[string]string{}}
}

// Digest is what is behind an address; "" when nothing is said.
func (l *Lock) Digest(address string) string { return l.digests[address] }

// Set notes what is behind an address.
func (l *Lock) Set(address, digest string) { l.digests[address] = digest }

// Addresses are those that it has, sorted.
func (l *Lock) Addresses() []string { return slices.Sorted(maps.Keys(l.digests)) }

// Write writes the file, at once or not at all.
func (l *Lock) Write() error {
	var b strings.Builder
	b.WriteString(lockHead)
	for _, address := range l.Addresses() {
		fmt.Fprintf(&b, "%s %s\n", address, l.digests[address])
	}
	if err := replace(l.File, []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", l.File, pathless(err))
	}
	return nil
}

// pathless is an error without a path that is named beside it.
func pathless(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
