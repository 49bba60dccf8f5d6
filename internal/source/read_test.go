package source

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadAtMost(t *testing.T) {
	const most = 1 << 20
	for size, want := range map[int]string{0: "", 1: "", most: "", most + 1: "it is larger than 1 MB"} {
		content, err := ReadAtMost(bytes.NewReader(make([]byte, size)), most)
		switch {
		case want == "" && (err != nil || content == nil || len(content) != size):
			t.Errorf("%d bytes: %d of them, %v", size, len(content), err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("%d bytes: %v, want %s", size, err, want)
		}
	}
}

func TestCause(t *testing.T) {
	_, err := os.Open(filepath.Join(t.TempDir(), "gone"))
	if got := Cause(err); strings.Contains(got.Error(), "gone") || !os.IsNotExist(got) {
		t.Errorf("%v", got)
	}
	if got := Cause(fs.ErrClosed); got != fs.ErrClosed {
		t.Errorf("%v", got)
	}
}
