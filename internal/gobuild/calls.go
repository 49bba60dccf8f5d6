package gobuild

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/image"
)

// maxSource is how many bytes of a Go file are looked at for calls.
const maxSource = 1 << 20

// call is a use of the standard library that needs something of the image.
type call struct {
	pkg   string
	names []string
	// proves says whether the use of the name needs it; nil for always.
	proves func(x ast.Node) bool
	found  func(*Evidence) **Import
}

// Names of net/http that make requests, and of crypto/tls and crypto/x509 that check certificates.
var (
	requests = []string{"Get", "Head", "Post", "PostForm", "NewRequest", "NewRequestWithContext", "DefaultClient"}
	verifies = []string{"Dial", "DialWithDialer", "Dialer"}
)

// calls are the uses to look for: those that need what the final image lacks. An image that keeps everything costs no reading.
func (a *Analysis) calls() []call {
	if a.model.Final == nil {
		return nil
	}
	var out []call
	root := a.model.Final.Root()
	base := image.Classify(root.Image)
	// Who ships the toolchain may want another image: it counts what that would need.
	toolchain := a.shipsToolchain()
	if toolchain || base.Certificates == string(No) {
		client := func(e *Evidence) **Import { return &e.Client }
		out = append(out, call{"net/http", requests, nil, client}, call{"crypto/tls", verifies, nil, client},
			call{"crypto/x509", []string{"SystemCertPool"}, nil, client})
	}
	if toolchain || base.Zones == string(No) {
		out = append(out, call{"time", []string{"LoadLocation"}, namedZone, func(e *Evidence) **Import { return &e.Zone }})
	}
	if toolchain || base.Name == "empty" {
		out = append(out, call{"os", []string{"CreateTemp", "MkdirTemp"}, noFolder, func(e *Evidence) **Import { return &e.Temp }})
	}
	return out
}

// namedZone: time.LoadLocation("Europe/Prague") needs the data, "UTC" and "Local" do not; a zone that is not written may be one.
func namedZone(x ast.Node) bool {
	name, ok := firstArgument(x)
	return ok && strings.Contains(name, "/")
}

// noFolder: os.CreateTemp("", ...) takes the system's folder.
func noFolder(x ast.Node) bool {
	name, ok := firstArgument(x)
	return ok && name == ""
}

// firstArgument is a call's first argument when it is a string that is written there.
func firstArgument(x ast.Node) (string, bool) {
	c, ok := x.(*ast.CallExpr)
	if !ok || len(c.Args) == 0 {
		return "", false
	}
	lit, ok := c.Args[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	return strings.Trim(lit.Value, "\"`"), true
}

// uses looks for calls in the files of a package of the module.
func (r *reader) uses(dir string, p *build.Package) {
	wanted := map[string][]call{} // by file
	for _, c := range r.calls {
		if *c.found(r.found) != nil {
			continue
		}
		for _, at := range p.ImportPos[c.pkg] {
			wanted[at.Filename] = append(wanted[at.Filename], c)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		text, err := os.ReadFile(name)
		if err != nil || len(text) > maxSource {
			continue
		}
		for _, c := range wanted[name] {
			found := c.found(r.found)
			if *found != nil || !slices.ContainsFunc(c.names, func(n string) bool { return bytes.Contains(text, []byte("."+n)) }) {
				continue
			}
			// Requests may go where TLS is not spoken; an address that is written tells.
			if use := c.in(name, text); use != "" && (c.pkg != "net/http" || r.speaksTLS(dir, p)) {
				*found = &Import{use, r.name(name)}
			}
		}
	}
}

// in is the first use in a file, such as "http.Get", or "".
func (c call) in(name string, text []byte) string {
	f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return ""
	}
	local := ""
	for _, spec := range f.Imports {
		if strings.Trim(spec.Path.Value, "\"`") == c.pkg {
			local = c.pkg[strings.LastIndexByte(c.pkg, '/')+1:]
			if spec.Name != nil {
				local = spec.Name.Name
			}
		}
	}
	use := ""
	ast.Inspect(f, func(n ast.Node) bool {
		if use != "" {
			return false
		}
		x := n
		if call, ok := n.(*ast.CallExpr); ok {
			n = call.Fun
		} else if c.proves != nil {
			return true
		}
		selected, ok := n.(*ast.SelectorExpr)
		if !ok || !slices.Contains(c.names, selected.Sel.Name) {
			return true
		}
		if pkg, ok := selected.X.(*ast.Ident); ok && pkg.Name == local && (c.proves == nil || c.proves(x)) {
			use = local + "." + selected.Sel.Name
		}
		return true
	})
	return use
}

// speaksTLS reports whether an address with https is written in the package, and certificates are not taken from elsewhere.
func (r *reader) speaksTLS(dir string, p *build.Package) bool {
	found := false
	for _, name := range p.GoFiles {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || len(text) > maxSource || bytes.Contains(text, []byte("InsecureSkipVerify")) || bytes.Contains(text, []byte("RootCAs")) {
			return false
		}
		found = found || bytes.Contains(text, []byte(`"https://`))
	}
	return found
}
