package main

import (
	"html"
	"io/fs"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

var (
	linked     = regexp.MustCompile(`\s(?:href|src)="([^"]*)"`)
	identified = regexp.MustCompile(`\sid="([^"]*)"`)
)

// TestSite: every link leads somewhere, and every document and rule has its page.
func TestSite(t *testing.T) {
	out := t.TempDir()
	if err := write(os.DirFS(".."), out); err != nil {
		t.Fatal(err)
	}
	written := os.DirFS(out)
	anchors := map[string]map[string]bool{} // by page
	pages := map[string]string{}
	err := fs.WalkDir(written, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		anchors[name] = map[string]bool{}
		if path.Ext(name) != ".html" {
			return nil
		}
		text, err := fs.ReadFile(written, name)
		pages[name] = string(text)
		for _, m := range identified.FindAllStringSubmatch(string(text), -1) {
			if anchors[name][m[1]] {
				t.Errorf("%s: two elements have the id %s", name, m[1])
			}
			anchors[name][m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	links := 0
	for name, text := range pages {
		for _, m := range linked.FindAllStringSubmatch(text, -1) {
			u, err := url.Parse(html.UnescapeString(m[1]))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if u.Scheme != "" || strings.HasSuffix(u.Path, "assets/plimline.js") {
				continue // compiled by main alone
			}
			links++
			to := name
			if u.Path != "" {
				to = path.Join(path.Dir(name), u.Path)
			}
			// What has an = is read by a script.
			if anchors[to] == nil {
				t.Errorf("%s: nothing is at %s", name, m[1])
			} else if u.Fragment != "" && !strings.Contains(u.Fragment, "=") && !anchors[to][u.Fragment] {
				t.Errorf("%s: no anchor is at %s", name, m[1])
			}
		}
	}
	if links < 1000 {
		t.Errorf("%d links; they were not looked at", links)
	}
	for _, pattern := range []string{"rules/*/README.md", "policies/*/README.md", "docs/*.md"} {
		sources, err := fs.Glob(os.DirFS(".."), pattern)
		if err != nil || len(sources) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(sources), err)
		}
		for _, source := range sources {
			name := strings.TrimSuffix(strings.TrimSuffix(source, ".md"), "/README") + ".html"
			if pages[name] == "" {
				t.Errorf("%s has no page", source)
			}
		}
	}
	for _, fix := range []string{`data-fix="safe"`, `data-fix="unsafe"`, `data-fix="no"`} {
		if n := strings.Count(pages["rules.html"], fix); n < 5 {
			t.Errorf("%d rules with %s", n, fix)
		}
	}
}

// TestDeadLink: a link to what the repository does not have is an error.
func TestDeadLink(t *testing.T) {
	repo := fstest.MapFS{"README.md": {Data: []byte("# A\n\n[there](docs/b.md) [gone](docs/c.md)\n")}, "docs/b.md": {Data: []byte("# B\n")}}
	s := &site{repo: repo, bySrc: map[string]*page{}, copied: map[string]bool{}}
	for _, name := range []string{"README.md", "docs/b.md"} {
		s.bySrc[name] = &page{Source: name, Path: strings.TrimSuffix(name, ".md") + ".html"}
	}
	err := s.render(s.bySrc["README.md"])
	if err == nil || !strings.Contains(err.Error(), "docs/c.md") {
		t.Errorf("error %v", err)
	}
}
