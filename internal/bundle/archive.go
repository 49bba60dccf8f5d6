package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
	"unicode"

	"golang.org/x/tools/txtar"
)

// Limits bound what an archive may unpack to. Real sets of policies stay far below them.
type Limits struct {
	Packed  int64 // bytes of the archive, or of all of an artifact's layers
	Total   int64 // bytes of all files
	File    int64 // bytes of one file
	Entries int   // files and folders
	Ratio   int64 // of unpacked to packed bytes, once more than a mebibyte is unpacked
	Name    int   // bytes of a path
	Depth   int   // folders in a path
}

// DefaultLimits are for what strangers made.
func DefaultLimits() Limits {
	return Limits{Packed: 32 << 20, Total: 64 << 20, File: 16 << 20, Entries: 10_000, Ratio: 100, Name: 512, Depth: 32}
}

// unpacker collects the files of an artifact, which may come in several archives.
type unpacker struct {
	limits  Limits
	files   []txtar.File
	seen    map[string]bool // true for files
	entries int
	total   int64
}

func newUnpacker(l Limits) *unpacker { return &unpacker{limits: l, seen: map[string]bool{}} }

// archive unpacks a .tar.gz into memory.
func (u *unpacker) archive(packed []byte) error {
	if int64(len(packed)) > u.limits.Packed {
		return fmt.Errorf("the archive is larger than %s", size(u.limits.Packed))
	}
	zipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return fmt.Errorf("it is not a .tar.gz archive: %w", err)
	}
	before := u.total
	r := &bounded{r: zipped, left: u.limits.Total - u.total + int64(u.limits.Entries)*4096, ratio: u.limits.Ratio * int64(len(packed))}
	archive := tar.NewReader(r)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read the archive: %w", truncated(err))
		}
		if err := u.entry(header, archive); err != nil {
			return fmt.Errorf("entry %q: %w", header.Name[:min(len(header.Name), 200)], truncated(err))
		}
	}
	if u.total == before && len(u.files) == 0 {
		return errors.New("the archive has no files")
	}
	return r.end()
}

func (u *unpacker) entry(h *tar.Header, r io.Reader) error {
	if u.entries++; u.entries > u.limits.Entries {
		return fmt.Errorf("the archive has more than %d entries", u.limits.Entries)
	}
	switch h.Typeflag {
	case tar.TypeXGlobalHeader: // git archive writes one
		return nil
	case tar.TypeReg, tar.TypeDir:
	default:
		return fmt.Errorf("it is %s; only files and folders are unpacked", kind(h.Typeflag))
	}
	name, err := u.name(h.Name)
	if err != nil {
		return err
	}
	if h.Typeflag == tar.TypeDir {
		if u.seen[name] {
			return errors.New("a file has the same name")
		}
		u.seen[name] = false
		return nil
	}
	if h.Size > u.limits.File {
		return fmt.Errorf("it is larger than %s", size(u.limits.File))
	}
	if u.total += h.Size; u.total > u.limits.Total {
		return fmt.Errorf("the files are larger than %s together", size(u.limits.Total))
	}
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return u.add(name, content)
}

// add adds a file that lies within the limits.
func (u *unpacker) add(name string, content []byte) error {
	if name == "." {
		return errors.New("the file has no name")
	}
	if _, there := u.seen[name]; there {
		return errors.New("it is there twice")
	}
	u.seen[name] = true
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if u.seen[dir] {
			return fmt.Errorf("%q is a file too", dir)
		}
		u.seen[dir] = false
	}
	u.files = append(u.files, txtar.File{Name: name, Data: content})
	return nil
}

// file adds a file that comes by itself.
func (u *unpacker) file(name string, content []byte) error {
	name, err := u.name(name)
	if err != nil {
		return err
	}
	if u.entries++; u.entries > u.limits.Entries {
		return fmt.Errorf("there are more than %d files", u.limits.Entries)
	}
	if int64(len(content)) > u.limits.File {
		return fmt.Errorf("it is larger than %s", size(u.limits.File))
	}
	if u.total += int64(len(content)); u.total > u.limits.Total {
		return fmt.Errorf("the files are larger than %s together", size(u.limits.Total))
	}
	return u.add(name, content)
}

// name is the path of an entry within the archive's root. opa build starts every name with "/", and tar with "./".
func (u *unpacker) name(written string) (string, error) {
	name := strings.TrimSuffix(written, "/")
	if name == "." || name == "" {
		return ".", nil
	}
	if after, relative := strings.CutPrefix(name, "./"); relative {
		name = after
	} else {
		name = strings.TrimPrefix(name, "/")
	}
	switch {
	case len(name) > u.limits.Name:
		return "", fmt.Errorf("the name is longer than %d bytes", u.limits.Name)
	case strings.Count(name, "/") > u.limits.Depth:
		return "", fmt.Errorf("it is more than %d folders deep", u.limits.Depth)
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }):
		return "", errors.New("the name has characters that cannot be shown")
	case strings.ContainsAny(name, `\:`):
		return "", errors.New(`the name has a \ or a colon, which lead out of the archive on some systems`)
	case !fs.ValidPath(name):
		return "", errors.New("the name leads out of the archive, or is not plain")
	}
	return name, nil
}

// FS is the files as a file system in memory.
func (u *unpacker) fs() (fs.FS, error) {
	fsys, err := txtar.FS(&txtar.Archive{Files: u.files})
	if err != nil {
		return nil, err
	}
	return fsys, nil
}

func kind(flag byte) string {
	switch flag {
	case tar.TypeLink, tar.TypeSymlink:
		return "a link"
	case tar.TypeChar, tar.TypeBlock:
		return "a device"
	case tar.TypeFifo:
		return "a pipe"
	}
	return fmt.Sprintf("of the unusual type %q", flag)
}

// bounded reads no more than it may, and not what is packed suspiciously well.
type bounded struct {
	r     io.Reader
	read  int64
	left  int64
	ratio int64 // bytes that may come out in all
}

var errTooLarge = errors.New("it unpacks to more than a set of policies may have")

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.read += int64(n)
	if b.left -= int64(n); b.left < 0 {
		return n, errTooLarge
	}
	if b.read > 1<<20 && b.read > b.ratio {
		return n, errors.New("it is packed too well to be anything but a bomb")
	}
	return n, err
}

// end reads what follows the archive, which may be zeros only. It is where a checksum is compared.
func (b *bounded) end() error {
	p := make([]byte, 32<<10)
	for {
		n, err := b.Read(p)
		for _, c := range p[:n] {
			if c != 0 {
				return errors.New("something follows the end of the archive")
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the archive: %w", truncated(err))
		}
	}
}

func truncated(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ends too early")
	}
	return err
}

func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}

// pack writes files into a .tar.gz: the same bytes for the same files.
func pack(files []txtar.File) ([]byte, error) {
	var b bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	archive := tar.NewWriter(zipped)
	folders := map[string]bool{}
	for _, f := range files {
		// conftest and oras unpack a file only where there is a folder for it.
		for i := range f.Name {
			if dir := f.Name[:i]; f.Name[i] == '/' && !folders[dir] {
				folders[dir] = true
				header := tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755, ModTime: time.Unix(0, 0)}
				if err := archive.WriteHeader(&header); err != nil {
					return nil, err
				}
			}
		}
		header := tar.Header{Typeflag: tar.TypeReg, Name: f.Name, Size: int64(len(f.Data)), Mode: 0o644, ModTime: time.Unix(0, 0)}
		if err := archive.WriteHeader(&header); err != nil {
			return nil, err
		}
		if _, err := archive.Write(f.Data); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// collect reads a folder's files as they go into an archive, in the order of their paths. What is hidden stays out, but a bundle's manifest.
func collect(fsys fs.FS, limits Limits) ([]txtar.File, error) {
	u := newUnpacker(limits)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch hidden := name != "." && strings.HasPrefix(d.Name(), "."); {
		case err != nil:
			return err
		case hidden && d.IsDir():
			return fs.SkipDir
		case d.IsDir(), hidden && name != manifestFile:
			return nil
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is not a regular file; links and devices cannot be shared", name)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Size() > limits.File {
			return fmt.Errorf("%s is larger than %s", name, size(limits.File))
		}
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if err := u.file(name, content); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	if err == nil && len(u.files) == 0 {
		err = errors.New("the folder has no files")
	}
	return u.files, err
}
