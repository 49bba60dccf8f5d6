// Command site writes plimline's documentation and its playground as pages that need no server:
//
//	go run ./site [-playground=false] [FOLDER]
//
// The pages are README.md, CONTRIBUTING.md, CHANGELOG.md, docs/*.md and the pages of the rules, as they are in the repository.
package main

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/policy"
)

const homepage = "https://github.com/plimline/plimline"

//go:embed *.html assets playground/worker.js playground/policy.rego
var files embed.FS

func main() {
	withPlayground := flag.Bool("playground", true, "compile plimline for the playground, which takes a minute")
	flag.Parse()
	out := "dist/site"
	if flag.NArg() > 0 {
		out = flag.Arg(0)
	}
	err := write(os.DirFS("."), out)
	if err == nil && *withPlayground {
		err = writePlayground(out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

// page is a page of the site.
type page struct {
	Source  string // such as docs/parity.md; "" for one that the site alone has
	Path    string // such as docs/parity.html
	Title   string
	Lead    string // the rule's title
	Rule    *rule  // nil for a page that is no rule's
	Body    template.HTML
	Outline []heading
	entries []entry
}

type heading struct {
	ID, Text string
	Level    int
}

// rule is a rule, and whether it mends what it finds.
type rule struct {
	finding.Rule
	Fix string // "safe", "unsafe" or "no"
}

// Codes are its names in other tools, without the tools, in their own case.
func (r rule) Codes() []string {
	var out []string
	for _, alias := range r.Aliases {
		tool, code, _ := strings.Cut(alias, "/")
		if tool != "kics" { // its codes are 36 hexadecimal digits
			out = append(out, code)
		}
	}
	return out
}

// entry is what the search finds.
type entry struct {
	Path  string `json:"p"`
	Title string `json:"t"`
	Kind  string `json:"k"` // where it stands: the page, or what the rule is
	Text  string `json:"x"`
}

// site is all there is.
type site struct {
	Docs, Rules, Pages []*page // Pages are both

	repo   fs.FS
	bySrc  map[string]*page
	copied map[string]bool // files that pages link to
}

// write writes the site but for the playground's program.
func write(repo fs.FS, out string) error {
	s := &site{repo: repo, bySrc: map[string]*page{}, copied: map[string]bool{}}
	if err := s.find(); err != nil {
		return err
	}
	for _, p := range s.Pages {
		if err := s.render(p); err != nil {
			return fmt.Errorf("%s: %w", p.Source, err)
		}
	}
	layout, err := template.New("").Funcs(template.FuncMap{"root": func(p *page) string { return strings.Repeat("../", strings.Count(p.Path, "/")) }}).ParseFS(files, "*.html")
	if err != nil {
		return err
	}
	examples, err := s.examples()
	if err != nil {
		return err
	}
	own := []*page{{Path: "rules.html", Title: "Rules and policies"}, {Path: "playground.html", Title: "Playground"}}
	for _, p := range slices.Concat(s.Pages, own) {
		var b bytes.Buffer
		name := "page.html"
		if p.Source == "" {
			name = p.Path
		}
		data := map[string]any{"Site": s, "Page": p, "Home": homepage, "Profiles": config.Profiles(), "Examples": examples}
		if err := layout.ExecuteTemplate(&b, name, data); err != nil {
			return err
		}
		if err := put(out, p.Path, b.Bytes()); err != nil {
			return err
		}
	}
	for file := range s.copied {
		text, err := fs.ReadFile(repo, file)
		if err == nil {
			err = put(out, file, text)
		}
		if err != nil {
			return err
		}
	}
	index, err := json.Marshal(s.entries(own))
	if err != nil {
		return err
	}
	// A script, as a page from a disk may not fetch.
	if err := put(out, "assets/search.js", fmt.Appendf(nil, "found(%s);\n", index)); err != nil {
		return err
	}
	assets, err := fs.Sub(files, "assets")
	if err != nil {
		return err
	}
	return fs.WalkDir(assets, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(assets, name)
		if err != nil {
			return err
		}
		return put(out, "assets/"+name, text)
	})
}

func put(out, name string, text []byte) error {
	name = filepath.Join(out, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644)
}

// find lists the pages: documents in the order in which the README names them, and the others by name behind.
func (s *site) find() error {
	engine, err := policy.LoadBuiltin(context.Background())
	if err != nil {
		return err
	}
	readme, err := fs.ReadFile(s.repo, "README.md")
	if err != nil {
		return err
	}
	docs, err := fs.Glob(s.repo, "docs/*.md")
	if err != nil {
		return err
	}
	slices.SortStableFunc(docs, func(a, b string) int { return named(readme, a) - named(readme, b) })
	for _, source := range slices.Concat([]string{"README.md"}, docs, []string{"CONTRIBUTING.md", "CHANGELOG.md"}) {
		name := strings.ToLower(strings.TrimSuffix(source, ".md")) + ".html"
		if source == "README.md" {
			name = "index.html"
		}
		s.Docs = append(s.Docs, &page{Source: source, Path: name})
	}
	for _, r := range engine.Catalog().Rules() {
		dir := "rules/"
		if r.Kind == finding.KindPolicy {
			dir = "policies/"
		}
		s.Rules = append(s.Rules, &page{Source: dir + r.ID + "/README.md", Path: dir + r.ID + ".html", Title: r.ID, Lead: r.Title, Rule: &rule{Rule: r}})
	}
	s.Pages = slices.Concat(s.Docs, s.Rules)
	for _, p := range s.Pages {
		s.bySrc[p.Source] = p
	}
	return nil
}

// named is where a text names a file, or its end.
func named(text []byte, file string) int {
	if i := bytes.Index(text, []byte("("+file)); i >= 0 {
		return i
	}
	return len(text)
}

// link is where a link in a page leads: to another page, to a file that comes along, or to the repository.
func (s *site) link(from *page, target string) (string, error) {
	file, anchor, _ := strings.Cut(target, "#")
	if file == "" || strings.Contains(file, ":") {
		return target, nil
	}
	if anchor != "" {
		anchor = "#" + anchor
	}
	name := path.Join(path.Dir(from.Source), file)
	to := ""
	info, err := fs.Stat(s.repo, name)
	switch {
	case err != nil:
		return "", fmt.Errorf("a link leads to %s: %w", target, errors.Unwrap(err))
	case s.bySrc[name] != nil:
		to = s.bySrc[name].Path
	case s.bySrc[name+"/README.md"] != nil:
		to = s.bySrc[name+"/README.md"].Path
	case name == "rules" || name == "policies":
		to = "rules.html"
		if name == "policies" {
			anchor = "#kind=policy"
		}
	case info.IsDir():
		return homepage + "/tree/main/" + name, nil
	default:
		to, s.copied[name] = name, true
	}
	return strings.Repeat("../", strings.Count(from.Path, "/")) + to + anchor, nil
}

// entries are what the search knows.
func (s *site) entries(own []*page) []entry {
	var out []entry
	for _, p := range s.Rules {
		out = append(out, entry{p.Path, p.Title, string(p.Rule.Kind), strings.Join(append([]string{p.Lead, p.Rule.Category, p.Rule.Description}, p.Rule.Aliases...), " ")})
	}
	for _, p := range s.Docs {
		out = append(out, p.entries...)
	}
	for _, p := range own {
		out = append(out, entry{p.Path, p.Title, "page", ""})
	}
	return out
}

// example is a Dockerfile to start the playground with.
type example struct {
	Name       string `json:"name"`
	Dockerfile string `json:"dockerfile"`
	Policy     string `json:"policy,omitempty"`
}

// examples are the ones that the README lints, and a policy.
func (s *site) examples() ([]example, error) {
	names, err := fs.Glob(s.repo, "testdata/mission/*.Dockerfile")
	if err != nil {
		return nil, err
	}
	var out []example
	for _, name := range names {
		text, err := fs.ReadFile(s.repo, name)
		if err != nil {
			return nil, err
		}
		out = append(out, example{Name: strings.ReplaceAll(strings.TrimSuffix(path.Base(name), ".Dockerfile"), "-", " "), Dockerfile: string(text)})
	}
	rego, err := fs.ReadFile(files, "playground/policy.rego")
	return append(out, example{"a policy of your own", out[0].Dockerfile, string(rego)}), err
}

// permalink is the playground's state as it stands behind # in its address: JSON, deflated, in base64.
func permalink(state any) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression) // the level is one
	// A buffer takes everything.
	_ = json.NewEncoder(w).Encode(state)
	_ = w.Close()
	return "#d=" + base64.RawURLEncoding.EncodeToString(b.Bytes())
}

// writePlayground compiles plimline and puts it into a script: compressed, in base64.
func writePlayground(out string) error {
	program := filepath.Join(out, "plimline.wasm")
	defer os.Remove(program)
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "./site/playground")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("compile the playground: %w", err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("find wasm_exec.js: %w", err)
	}
	start, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return err
	}
	worker, err := fs.ReadFile(files, "playground/worker.js")
	if err != nil {
		return err
	}
	wasm, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	var small bytes.Buffer
	w, _ := gzip.NewWriterLevel(&small, gzip.BestCompression) // the level is one
	_, _ = w.Write(wasm)
	_ = w.Close()
	fmt.Printf("plimline.wasm: %d bytes, %d compressed\n", len(wasm), small.Len())
	text, err := json.Marshal(string(start) + string(worker))
	if err != nil {
		return err
	}
	return put(out, "assets/plimline.js", fmt.Appendf(nil, "globalThis.plimlineWorker=%s;\nglobalThis.plimlineProgram=%q;\n", text, base64.StdEncoding.EncodeToString(small.Bytes())))
}
