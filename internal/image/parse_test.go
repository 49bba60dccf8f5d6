package image_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/image"
	"github.com/plimline/plimline/internal/source"
)

const digest = "sha256:7cc4b5aefd1d0cadf8d97d4350462ba51c694ebca145b08d7d41b41acc8db5aa"

func TestParse(t *testing.T) {
	type parts struct {
		Registry, Repository, Name, Familiar, Tag, Digest string
		// As written, at the spans.
		RegistryAt, RepositoryAt string
		Valid                    bool
	}
	for text, want := range map[string]parts{
		"golang":            {"docker.io", "library/golang", "golang", "golang", "", "", "", "golang", true},
		"golang:1.26":       {"docker.io", "library/golang", "golang", "golang", "1.26", "", "", "golang", true},
		"golang@" + digest:  {"docker.io", "library/golang", "golang", "golang", "", digest, "", "golang", true},
		"a/b:t@" + digest:   {"docker.io", "a/b", "b", "a/b", "t", digest, "", "a/b", true},
		"docker.io/golang":  {"docker.io", "library/golang", "golang", "golang", "", "", "docker.io", "golang", true},
		"library/golang":    {"docker.io", "library/golang", "golang", "golang", "", "", "", "library/golang", true},
		"index.docker.io/x": {"docker.io", "library/x", "x", "x", "", "", "index.docker.io", "x", true},
		"ghcr.io/org/app:1": {"ghcr.io", "org/app", "app", "ghcr.io/org/app", "1", "", "ghcr.io", "org/app", true},
		"gcr.io/distroless/static-debian12:nonroot": {"gcr.io", "distroless/static-debian12", "static-debian12",
			"gcr.io/distroless/static-debian12", "nonroot", "", "gcr.io", "distroless/static-debian12", true},
		"localhost:5000/x":                 {"localhost:5000", "x", "x", "localhost:5000/x", "", "", "localhost:5000", "x", true},
		"localhost/x:1":                    {"localhost", "x", "x", "localhost/x", "1", "", "localhost", "x", true},
		"[::1]:5000/x:1":                   {"[::1]:5000", "x", "x", "[::1]:5000/x", "1", "", "[::1]:5000", "x", true},
		"host.docker.internal/a/b":         {"host.docker.internal", "a/b", "b", "host.docker.internal/a/b", "", "", "host.docker.internal", "a/b", true},
		"scratch":                          {"", "scratch", "scratch", "scratch", "", "", "", "scratch", true},
		"scratch:latest":                   {"docker.io", "library/scratch", "scratch", "scratch", "latest", "", "", "scratch", true},
		"Golang:1":                         {"docker.io", "library/Golang", "Golang", "Golang", "1", "", "", "Golang", false},
		"":                                 {},
		"http://golang":                    {},
		"https://ghcr.io/org/app:1":        {},
		"golang:":                          {"docker.io", "library/golang", "golang", "golang", "", "", "", "golang", false},
		"golang:${V}-alpine3.23":           {"docker.io", "library/golang", "golang", "golang", "${V}-alpine3.23", "", "", "golang", false},
		"golang:${V:-1.22/x@y:z}":          {"docker.io", "library/golang", "golang", "golang", "${V:-1.22/x@y:z}", "", "", "golang", false},
		"golang:1.26@$DIGEST":              {"docker.io", "library/golang", "golang", "golang", "1.26", "$DIGEST", "", "golang", false},
		"${REG}/golang:1.22":               {"${REG}", "golang", "golang", "${REG}/golang", "1.22", "", "${REG}", "golang", false},
		"${REG:-ghcr.io/org}/golang:1":     {"${REG:-ghcr.io/org}", "golang", "golang", "${REG:-ghcr.io/org}/golang", "1", "", "${REG:-ghcr.io/org}", "golang", false},
		"$HOST:5000/golang":                {"$HOST:5000", "golang", "golang", "$HOST:5000/golang", "", "", "$HOST:5000", "golang", false},
		"$BASE":                            {"", "$BASE", "", "$BASE", "", "", "", "$BASE", false},
		"${BASE:-golang:1.22}":             {"", "${BASE:-golang:1.22}", "", "${BASE:-golang:1.22}", "", "", "", "${BASE:-golang:1.22}", false},
		"$BASE:1.2":                        {"", "$BASE", "", "$BASE", "1.2", "", "", "$BASE", false},
		"${PREFIX}golang:1":                {"", "${PREFIX}golang", "${PREFIX}golang", "${PREFIX}golang", "1", "", "", "${PREFIX}golang", false},
		"ghcr.io/$ORG/app:1":               {"ghcr.io", "$ORG/app", "app", "ghcr.io/$ORG/app", "1", "", "ghcr.io", "$ORG/app", false},
		"gcr.io/distroless/static-${D}:$T": {"gcr.io", "distroless/static-${D}", "static-${D}", "gcr.io/distroless/static-${D}", "$T", "", "gcr.io", "distroless/static-${D}", false},
		"${A:-${B:-x/y}:z}/golang":         {"${A:-${B:-x/y}:z}", "golang", "golang", "${A:-${B:-x/y}:z}/golang", "", "", "${A:-${B:-x/y}:z}", "golang", false},
	} {
		r := image.Parse(text)
		at := func(s source.Span) string { return text[s.Start:s.End] }
		got := parts{r.Registry, r.Repository, r.Name, r.Familiar, r.Tag, r.Digest, at(r.RegistryAt), at(r.RepositoryAt), r.Valid}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
		if r.Tag != at(r.TagAt) || r.Digest != at(r.DigestAt) {
			t.Errorf("%q: the tag %q stands at %q, the digest %q at %q", text, r.Tag, at(r.TagAt), r.Digest, at(r.DigestAt))
		}
	}
}

func TestAt(t *testing.T) {
	f := source.NewFile("f", []byte("FROM golang:\\\n1.26\n"))
	var b source.Builder
	b.Add("golang:", 5)
	b.Add("1.26", 14)
	whole := source.Span{Start: 5, End: 18}
	r := image.Parse(b.Text().String)
	for _, c := range []struct {
		part source.Span
		word source.Text
		want string
	}{
		{r.TagAt, b.Text(), "1.26"},
		{r.RepositoryAt, b.Text(), "golang"},
		{r.DigestAt, b.Text(), "golang:\\\n1.26"},
		{r.TagAt, source.Text{}, "golang:\\\n1.26"},
	} {
		if got := f.Text(r.At(c.part, c.word, whole)); got != c.want {
			t.Errorf("At(%v) is %q, want %q", c.part, got, c.want)
		}
	}
}

// TestCorpus reads the images of real Dockerfiles.
func TestCorpus(t *testing.T) {
	archive, err := filepath.Abs("../../../shared/corpus/open.tar.xz")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(archive); err != nil {
		t.Skip("no corpus here")
	}
	dir := t.TempDir()
	if out, err := exec.Command("tar", "-xJf", archive, "-C", dir).CombinedOutput(); err != nil {
		t.Skipf("unpack the corpus: %v: %s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var all, valid, variables int
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(content)) {
			fields := strings.Fields(line)
			for len(fields) > 2 && strings.HasPrefix(fields[1], "--") {
				fields = append(fields[:1], fields[2:]...)
			}
			if len(fields) < 2 || !strings.EqualFold(fields[0], "FROM") {
				continue
			}
			all++
			switch r := image.Parse(fields[1]); {
			case r.Valid:
				valid++
			case strings.Contains(fields[1], "$"):
				variables++
			default:
				t.Logf("not valid: %q", fields[1])
			}
			check(t, fields[1])
		}
	}
	t.Logf("%d images: %d valid, %d with variables", all, valid, variables)
}

func TestInvalid(t *testing.T) {
	for text, want := range map[string]image.Invalid{
		"alpine": "", "Alpine": image.InvalidCase, "Registry/app:RC": "", "Registry/App:RC": image.InvalidCase, "docker.io/Alpine": image.InvalidCase,
		"https://ghcr.io/org/app": image.InvalidScheme, "node:22:slim": image.InvalidForm, "Node:22:slim": image.InvalidForm, "größe": image.InvalidForm,
		"alpine:": image.InvalidForm, "alpine@sha256:12": image.InvalidForm, "org//app": image.InvalidForm, "$A": "", "Alpine$A": "", "scratch": "",
	} {
		if got := image.Parse(text).Invalid; got != want {
			t.Errorf("%q is invalid for %q, want %q", text, got, want)
		}
		check(t, text)
	}
}

// check tests what holds for every text.
func check(t *testing.T, text string) {
	t.Helper()
	r := image.Parse(text)
	end := 0
	for _, s := range []source.Span{r.RegistryAt, r.RepositoryAt, r.TagAt, r.DigestAt} {
		if s == (source.Span{}) {
			continue
		}
		if s.Start < end || s.End < s.Start || s.End > len(text) {
			t.Fatalf("%q: %v is out of order in %+v", text, s, r)
		}
		end = s.End
	}
	if r.Tag != text[r.TagAt.Start:r.TagAt.End] || r.Digest != text[r.DigestAt.Start:r.DigestAt.End] {
		t.Fatalf("%q: the parts do not stand where they are said to in %+v", text, r)
	}
	if !strings.Contains(text, "$") && text != image.Scratch {
		named, err := reference.ParseNormalizedNamed(text)
		if (err == nil) != r.Valid {
			t.Fatalf("%q: valid %v, but %v", text, r.Valid, err)
		}
		if r.Valid == (r.Invalid != "") {
			t.Fatalf("%q: valid %v, and invalid for %q", text, r.Valid, r.Invalid)
		}
		if r.Invalid == image.InvalidCase && !image.Parse(strings.ReplaceAll(text, r.Familiar, strings.ToLower(r.Familiar))).Valid {
			t.Fatalf("%q: not valid in lower case either", text)
		}
		if err != nil {
			return
		}
		tagged, _ := named.(reference.Tagged)
		digested, _ := named.(reference.Digested)
		if (tagged != nil) != (r.Tag != "") || tagged != nil && tagged.Tag() != r.Tag {
			t.Fatalf("%q: the tag is %q, but %v", text, r.Tag, named)
		}
		if (digested != nil) != (r.Digest != "") || digested != nil && digested.Digest().String() != r.Digest {
			t.Fatalf("%q: the digest is %q, but %v", text, r.Digest, named)
		}
		// What was told of an invalid text must be what is told of a valid one.
		if !strings.HasSuffix(r.Repository, r.Name) || r.Name == "" {
			t.Fatalf("%q: the name is %q in %+v", text, r.Name, r)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"golang:1.26@" + digest, "localhost:5000/a/b", "${A:-x:y}/b:$C@$D", "http://x", "[::1]:1/a", "$", "${", "$/a:b"} {
		f.Add(s)
	}
	f.Fuzz(check)
}
