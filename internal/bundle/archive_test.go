package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const rego = "package plimline.policies[\"base-check\"]\n\nfindings := set()\n"

// entry is what goes into an archive as it is, however odd.
type entry struct {
	tar.Header
	content string
}

func file(name, content string) entry {
	return entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644}, content}
}

func archive(tb testing.TB, entries ...entry) []byte {
	tb.Helper()
	return zipped(tb, tarball(tb, entries...))
}

func tarball(tb testing.TB, entries ...entry) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		e.Size = int64(len(e.content))
		if err := w.WriteHeader(&e.Header); err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(w, e.content); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func zipped(tb testing.TB, content []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func openBytes(tb testing.TB, packed []byte, opt Options) (*Bundle, error) {
	tb.Helper()
	name := filepath.Join(tb.TempDir(), "x.tar.gz")
	if err := os.WriteFile(name, packed, 0o600); err != nil {
		tb.Fatal(err)
	}
	return Open(context.Background(), name, opt)
}

// TestHostileArchives opens archives that were made to break something. Each is refused with the entry and the cause.
func TestHostileArchives(t *testing.T) {
	small := DefaultLimits()
	small.Packed, small.Total, small.File, small.Entries = 4<<20, 3<<20, 2<<20, 100
	good := archive(t, file("base-check.rego", rego))
	random := make([]byte, 3<<20)
	for i, x := 0, uint32(1); i < len(random); i++ {
		x = x*1664525 + 1013904223
		random[i] = byte(x >> 24)
	}
	many := make([]entry, 101)
	for i := range many {
		many[i] = file(fmt.Sprintf("f%d", i), "")
	}
	link := func(flag byte, name, to string) entry {
		return entry{Header: tar.Header{Typeflag: flag, Name: name, Linkname: to}}
	}
	forged := func(at int, text string) []byte {
		archive := tarball(t, file("a.rego", rego))
		copy(archive[at:], text)
		var sum int
		copy(archive[148:156], "        ")
		for _, c := range archive[:512] {
			sum += int(c)
		}
		copy(archive[148:156], fmt.Sprintf("%06o\x00 ", sum))
		return zipped(t, archive)
	}
	tests := []struct {
		name   string
		packed []byte
		want   string
	}{
		{"parent", archive(t, file("../evil.rego", rego)), `entry "../evil.rego": the name leads out of the archive`},
		{"parent within", archive(t, file("a/../../evil.rego", rego)), `entry "a/../../evil.rego": the name leads out`},
		{"parent behind a slash", archive(t, file("/../evil.rego", rego)), `entry "/../evil.rego": the name leads out`},
		{"parent of a folder", archive(t, entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: "a/../.."}}), `the name leads out`},
		{"two slashes", archive(t, file("//etc/passwd", "x")), `entry "//etc/passwd": the name leads out`},
		{"backslashes", archive(t, file(`..\evil.rego`, rego)), `the name has a \ or a colon`},
		{"drive", archive(t, file(`C:/evil.rego`, rego)), `the name has a \ or a colon`},
		{"escape sequence", archive(t, file("\x1b[2Jevil.rego", rego)), `entry "\x1b[2Jevil.rego": the name has characters`},
		{"new line", archive(t, file("a\nb.rego", rego)), `entry "a\nb.rego": the name has characters`},
		{"no name", archive(t, file(".", rego)), `entry ".": the file has no name`},
		{"symbolic link", archive(t, link(tar.TypeSymlink, "a", "/etc/passwd")), `entry "a": it is a link`},
		{"hard link", archive(t, file("b", "x"), link(tar.TypeLink, "a", "b")), `entry "a": it is a link`},
		{"device", archive(t, link(tar.TypeChar, "a", "")), `entry "a": it is a device`},
		{"pipe", archive(t, link(tar.TypeFifo, "a", "")), `entry "a": it is a pipe`},
		{"twice", archive(t, file("a", "x"), file("./a", "y")), `entry "./a": it is there twice`},
		{"file in a file", archive(t, file("a", "x"), file("a/b", "y")), `entry "a/b": "a" is a file too`},
		{"file for a folder", archive(t, file("a/b", "x"), file("a", "y")), `entry "a": it is there twice`},
		{"folder for a file", archive(t, file("a", "x"), entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: "a/"}}), `entry "a/": a file has the same name`},
		{"long name", archive(t, file(strings.Repeat("a", 600), "x")), `the name is longer than 512 bytes`},
		{"deep", archive(t, file(strings.Repeat("a/", 40)+"b", "x")), `it is more than 32 folders deep`},
		{"many entries", archive(t, many...), `entry "f100": the archive has more than 100 entries`},
		{"large file", archive(t, file("a", string(random[:2<<20])+"x")), `entry "a": it is larger than 2 MiB`},
		{"large files", archive(t, file("a", string(random[:2<<20])), file("b", string(random[:1<<20])+"x")), `entry "b": the files are larger than 3 MiB together`},
		{"large archive", append(bytes.Clone(good), make([]byte, 4<<20)...), `it is larger than 4 MiB`},
		{"bomb of zeros", archive(t, file("a", strings.Repeat("\x00", 2<<20))), `it is packed too well to be anything but a bomb`},
		{"bomb behind the end", zipped(t, append(tarball(t, file("a", rego)), make([]byte, 64<<20)...)), `it unpacks to more than a set of policies may have`},
		{"lying size", forged(124, "77777777777\x00"), `entry "a.rego": it is larger than 2 MiB`},
		{"negative size", forged(124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), `read the archive: archive/tar: invalid tar header`},
		{"holes", forged(156, "S"), `read the archive: archive/tar: invalid tar header`},
		{"unusual type", forged(156, "V"), `entry "a.rego": it is of the unusual type 'V'`},
		{"two archives in one", append(bytes.Clone(good), archive(t, file("b.rego", rego))...), `something follows the end of the archive`},
		{"data behind the end", zipped(t, append(tarball(t, file("a", rego)), "more"...)), `something follows the end of the archive`},
		{"cut", good[:len(good)-12], `it ends too early`},
		{"cut in an entry", zipped(t, tarball(t, file("a", rego+rego+strings.Repeat("#", 2000)))[:1000]), `it ends too early`},
		{"wrong checksum", append(bytes.Clone(good[:len(good)-8]), 1, 2, 3, 4, good[len(good)-4], good[len(good)-3], good[len(good)-2], good[len(good)-1]), `invalid checksum`},
		{"no gzip", []byte("PK\x03\x04 a zip"), `it is not a .tar.gz archive`},
		{"no tar", zipped(t, []byte(strings.Repeat("x", 2000))), `read the archive: archive/tar: invalid tar header`},
		{"nothing", nil, `it is not a .tar.gz archive`},
		{"no files", archive(t), `the archive has no files`},
		{"manifest", archive(t, file("/.manifest", `{"roots": "x"}`)), `.manifest: json: cannot unmarshal`},
		{"roots overlap", archive(t, file(".manifest", `{"roots": ["a", "a/b"]}`)), `.manifest: the roots "a" and "a/b" overlap`},
		{"package out of roots", archive(t, file(".manifest", `{"roots": ["a"]}`), file("x.rego", rego)),
			`x.rego: the package plimline.policies.base-check is outside of the roots`},
		{"data out of roots", archive(t, file(".manifest", `{"roots": ["a/b"]}`), file("data.json", `{"a": {"b": 1, "c": 2}}`)), `data.json: the data at "a/c" is outside`},
		{"aliases", archive(t, file(".manifest", `{"roots": ["a"]}`), file("data.yaml", laughs())), `data.yaml: `},
		{"many roots", archive(t, file(".manifest", `{"roots": ["a"`+strings.Repeat(`, "b"`, 1000)+`]}`)), `.manifest: more than 1000 roots`},
		{"dense data", archive(t, file(".manifest", `{"roots": ["a"]}`), file("data.yaml", "a: ["+strings.Repeat("1,", 300_000)+"1]")), `data.yaml: it is larger than 512 KiB`},
		{"deep data", archive(t, file(".manifest", `{"roots": ["a"]}`), file("data.json", strings.Repeat(`{"a":`, 20_000)+"1"+strings.Repeat("}", 20_000))), `data.json: `},
		{"delta bundle", archive(t, file("patch.json", `{}`)), `it is a delta bundle`},
		{"signed by nobody known", archive(t, file(".signatures.json", `{}`), file("x.rego", rego)), `it is signed, and there is no key to check that with`},
		{"signatures below", archive(t, file("x/.signatures.json", `{}`)), `signatures are at the top`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := openBytes(t, test.packed, Options{Limits: small})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "read the policies in ") {
				t.Errorf("got the error %v\nwant one with %s", err, test.want)
			}
		})
	}
}

// laughs is YAML whose aliases make a million of a few lines.
func laughs() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 8; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	return b.String()
}

// TestPack packs a folder twice: the same bytes, and the same files come out of it.
func TestPack(t *testing.T) {
	folder := fstest.MapFS{
		"base-check/rule.rego":      {Data: []byte(rego)},
		"base-check/data.yaml":      {Data: []byte("a: 1\n")},
		"base-check/bad.Dockerfile": {Data: []byte("FROM x\n")},
		".manifest":                 {Data: []byte(`{"revision": "7"}`)},
		".git/config":               {Data: []byte("secret")},
		".env":                      {Data: []byte("secret")},
	}
	one, err := Pack(folder, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	two, err := Pack(folder, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, two) {
		t.Error("two archives of one folder differ")
	}
	b, err := openBytes(t, one, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	err = fs.WalkDir(b.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(b.FS, name)
		got[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{".manifest": `{"revision": "7"}`, "base-check/bad.Dockerfile": "FROM x\n", "base-check/data.yaml": "a: 1\n", "base-check/rule.rego": rego}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if err := fstest.TestFS(b.FS, "base-check/rule.rego", ".manifest"); err != nil {
		t.Error(err)
	}
}

// TestNames reads archives of other tools: opa build writes "/a", tar writes "./a" and folders, git archive a global header.
func TestNames(t *testing.T) {
	packed := archive(t,
		entry{Header: tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": "1234"}}},
		entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: "./"}},
		entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: "./a/"}},
		file("./a/x.rego", rego), file("/data.json", "{}"), file("..a/...rego", "x"))
	b, err := openBytes(t, packed, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a/x.rego", "data.json", "..a/...rego"} {
		if _, err := fs.Stat(b.FS, name); err != nil {
			t.Error(err)
		}
	}
}
