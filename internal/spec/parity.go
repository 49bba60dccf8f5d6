package spec

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/finding"
)

// Peer is another linter and what it checks: a file of docs/peers.
type Peer struct {
	Tool  string     `yaml:"-"` // as in aliases: the file's name
	Title string     `yaml:"title"`
	About string     `yaml:"about"` // which of its rules these are, and as of when
	Rules []PeerRule `yaml:"rules"`
}

// PeerRule is one of its rules. Which of ours stands for it is said by their aliases, or else here.
type PeerRule struct {
	Code    string   `yaml:"code"`
	Name    string   `yaml:"name"`     // for people, when the code is none
	Also    []string `yaml:"also"`     // other codes of the same rule
	What    string   `yaml:"what"`     // what it finds
	Instead []string `yaml:"instead"`  // rules that answer it without being the same
	LeftOut string   `yaml:"left-out"` // why we have no rule for it; Markdown
}

// openLists are tools whose codes aliases may name although there is no list of them.
var openLists = []string{"shellcheck"}

// Peers reads docs/peers: a file a tool, in order of their names.
func Peers(folder fs.FS) ([]Peer, error) {
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return nil, err
	}
	var out []Peer
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		p := Peer{Tool: strings.TrimSuffix(path.Base(name), ".yaml")}
		d := yaml.NewDecoder(bytes.NewReader(text))
		d.KnownFields(true)
		if err := d.Decode(&p); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, p)
	}
	return out, nil
}

// Parity compares the peers' rules with ours.
type Parity struct {
	peers   []Peer
	catalog *finding.Catalog
	aliases map[string][]string // ids of our rules by tool/code
}

// NewParity reads the aliases of the catalogue.
func NewParity(peers []Peer, catalog *finding.Catalog) *Parity {
	p := &Parity{peers: peers, catalog: catalog, aliases: map[string][]string{}}
	for _, r := range catalog.Rules() {
		for _, alias := range r.Aliases {
			p.aliases[alias] = append(p.aliases[alias], r.ID)
		}
	}
	return p
}

// ours are the rules whose aliases name a peer's rule.
func (p *Parity) ours(peer Peer, r PeerRule) []string {
	var ids []string
	for _, code := range append([]string{r.Code}, r.Also...) {
		ids = append(ids, p.aliases[peer.Tool+"/"+code]...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Faults are what is wrong with the lists and the aliases, each in a sentence.
func (p *Parity) Faults() []string {
	var out []string
	fault := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	known := map[string]bool{}
	for _, peer := range p.peers {
		for _, r := range peer.Rules {
			name := peer.Tool + "/" + r.Code
			for _, code := range append([]string{r.Code}, r.Also...) {
				if known[peer.Tool+"/"+code] {
					fault("%s/%s is listed twice", peer.Tool, code)
				}
				known[peer.Tool+"/"+code] = true
			}
			if r.What == "" {
				fault("%s: what it finds is missing", name)
			}
			ours := p.ours(peer, r)
			switch {
			case r.LeftOut != "" && len(ours)+len(r.Instead) > 0:
				fault("%s is left out, and there is a rule for it", name)
			case len(r.Instead) > 0 && len(ours) > 0:
				fault("%s: an alias says %s, so `instead` is not needed", name, strings.Join(ours, ", "))
			case r.LeftOut == "" && len(ours)+len(r.Instead) == 0:
				fault("%s has neither an alias nor `instead` nor `left-out`", name)
			}
			for _, id := range r.Instead {
				if _, ok := p.catalog.Rule(id); !ok {
					fault("%s: there is no rule %s", name, id)
				}
			}
		}
	}
	for _, r := range p.catalog.Rules() {
		for _, alias := range r.Aliases {
			tool, _, _ := strings.Cut(alias, "/")
			if !known[alias] && !slices.Contains(openLists, tool) && tool != "plimline" {
				fault("%s: the alias %s is in no list of docs/peers", r.ID, alias)
			}
		}
	}
	return out
}

// Page is docs/parity.md: a table for each peer.
func (p *Parity) Page() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!-- Generated from docs/peers and the rules' aliases; go test ./internal/spec -run Parity -update -->\n\n")
	fmt.Fprintf(&b, "# What other linters check\n\n")
	fmt.Fprintf(&b, "Every rule of other linters for Dockerfiles, and the rule that stands for it here. Where a rule's page names the code, the\n"+
		"code works in comments and after `ignore=` too.\n\n")
	fmt.Fprintf(&b, "| Linter | Rules | Here | Left out |\n|---|---|---|---|\n")
	for _, peer := range p.peers {
		out := 0
		for _, r := range peer.Rules {
			if r.LeftOut != "" {
				out++
			}
		}
		fmt.Fprintf(&b, "| [%s](#%s) | %d | %d | %d |\n", peer.Title, peer.Tool, len(peer.Rules), len(peer.Rules)-out, out)
	}
	for _, peer := range p.peers {
		fmt.Fprintf(&b, "\n<a id=\"%s\"></a>\n\n## %s\n\n%s.\n\n", peer.Tool, peer.Title, upper(peer.About))
		fmt.Fprintf(&b, "| Code | What it finds | Here |\n|---|---|---|\n")
		for _, r := range peer.Rules {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", r.title(), cell(r.What), p.answer(peer, r))
		}
	}
	return b.Bytes()
}

// title is the code as the table shows it.
func (r PeerRule) title() string {
	if r.Name == "" {
		return "`" + r.Code + "`"
	}
	return cell(r.Name) + "<br>`" + r.Code + "`"
}

// answer is what we have for a peer's rule.
func (p *Parity) answer(peer Peer, r PeerRule) string {
	if r.LeftOut != "" {
		return "Left out. " + cell(r.LeftOut)
	}
	var parts []string
	for _, id := range slices.Concat(p.ours(peer, r), r.Instead) {
		parts = append(parts, p.link(id))
	}
	return strings.Join(parts, ", ")
}

func (p *Parity) link(id string) string {
	r, _ := p.catalog.Rule(id)
	folder := "rules"
	if r.Kind == finding.KindPolicy {
		folder = "policies"
	}
	return fmt.Sprintf("[%s](../%s/%s)", id, folder, id)
}

// cell is a text that a table's cell can hold.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}

func upper(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
