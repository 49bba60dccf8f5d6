package finding

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Kind tells rules from policies.
type Kind string

// The kinds.
const (
	KindRule   Kind = "rule"   // finds a defect, needs no configuration
	KindPolicy Kind = "policy" // states a requirement, may have parameters
)

// Set says for whom a rule is.
type Set int

// The sets; each has the rules of those before it.
const (
	SetDefault Set = iota // true, and worth acting on for everybody
	SetStrict             // for those who mean it: costs, hardening, exact versions
	SetAll                // matters of taste too
)

var setNames = []string{"default", "strict", "all"}

func (s Set) String() string { return setNames[s] }

// ParseSet reads a set's name. The error lists the names.
func ParseSet(text string) (Set, error) {
	if i := slices.Index(setNames, text); i >= 0 {
		return Set(i), nil
	}
	return SetDefault, fmt.Errorf("%q is not a set; use one of %s", text, strings.Join(setNames, ", "))
}

// Rule is what a rule's METADATA says of it.
type Rule struct {
	ID          string
	Kind        Kind
	Title       string // the defect in one line, no full stop
	Description string // why it matters; Markdown
	Severity    Severity
	Set         Set
	Category    string   // such as "security"
	Aliases     []string // other tools' codes, with the tool: "hadolint/DL3006"
	Links       []string
	Differs     []string // where other tools answer otherwise, and why this does not; Markdown
	Since       string
	// Needs are what a Dockerfile must have for the rule to find anything, one of them at least: instructions ("ADD"), programs that
	// are run ("apt-get", "pip*"), "go build". None: anything may do.
	Needs []string
	// NeedsParameters are parameters of which one must be given, at least, for a policy to find anything: their defaults are empty. None: it
	// needs no configuration.
	NeedsParameters []string
	// EveryBuild is true of a rule whose finding holds only when every way to build the file has it: one that says what nothing uses.
	EveryBuild bool
	// SecuritySeverity is a CVSS-like number from "0.0" to "10.0" for SARIF, or "".
	SecuritySeverity string
	// Parameters of a policy, as read from its data.yaml; nil when it has none.
	Parameters map[string]any
	// External is true for a rule that plimline does not come with.
	External bool
}

// Catalog is all rules of a run, sorted by id. It is immutable.
type Catalog struct {
	rules  []Rule
	byName map[string][]int // id, "tool/code" and bare code, in lower case
}

// NewCatalog sorts the rules and indexes their names.
func NewCatalog(rules []Rule) *Catalog {
	c := &Catalog{rules: slices.Clone(rules), byName: map[string][]int{}}
	slices.SortStableFunc(c.rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	for i, r := range c.rules {
		c.name(r.ID, i)
		for _, alias := range r.Aliases {
			c.name(alias, i)
			if _, code, ok := strings.Cut(alias, "/"); ok {
				c.name(code, i)
			}
		}
	}
	return c
}

func (c *Catalog) name(name string, i int) {
	key := strings.ToLower(name)
	if !slices.Contains(c.byName[key], i) {
		c.byName[key] = append(c.byName[key], i)
	}
}

// Rules are all rules, sorted by id. The caller does not change them.
func (c *Catalog) Rules() []Rule { return c.rules }

// Rule returns the rule with exactly this id.
func (c *Catalog) Rule(id string) (Rule, bool) {
	if IsShellCheck(id) {
		r, ok := c.Rule(ShellCheck)
		r.ID, r.Title, r.Aliases = id, "ShellCheck's "+id, []string{ShellCheck + "/" + id}
		r.Links = []string{"https://www.shellcheck.net/wiki/" + id}
		return r, ok
	}
	i, ok := slices.BinarySearchFunc(c.rules, id, func(r Rule, id string) int { return strings.Compare(r.ID, id) })
	if !ok {
		return Rule{}, false
	}
	return c.rules[i], true
}

// Resolve returns the ids a name stands for: an id, an alias with its tool ("hadolint/DL3006")
// or without ("DL3006"), in any case. One alias may stand for several rules. None means the name is unknown.
//
// ShellCheck's codes are ids of their own when no rule has them as aliases. DS002 is how Trivy once wrote DS-0002.
func (c *Catalog) Resolve(name string) []string {
	var ids []string
	key := strings.ToLower(name)
	if number, old := strings.CutPrefix(strings.TrimPrefix(key, "trivy/"), "ds"); old && len(number) == 3 {
		key = "ds-0" + number
	}
	for _, i := range c.byName[key] {
		ids = append(ids, c.rules[i].ID)
	}
	if code := strings.ToUpper(strings.TrimPrefix(strings.ToLower(name), ShellCheck+"/")); ids == nil && IsShellCheck(code) && c.byName[ShellCheck] != nil {
		ids = []string{code}
	}
	return ids
}

// ShellCheck is the rule that stands for all of ShellCheck's codes.
const ShellCheck = "shellcheck"

// Page is the folder of a rule's page: its id, and for ShellCheck's codes the one that stands for all.
func (r Rule) Page() string {
	if IsShellCheck(r.ID) {
		return ShellCheck
	}
	return r.ID
}

// IsShellCheck reports whether a rule's id is one of ShellCheck's codes, such as SC2034.
func IsShellCheck(id string) bool {
	return len(id) == 6 && strings.HasPrefix(id, "SC") && strings.Trim(id[2:], "0123456789") == ""
}

// Suggest returns the rule id closest to a misspelt name, or "" when none is close.
func (c *Catalog) Suggest(name string) string {
	ids := make([]string, len(c.rules))
	for i, r := range c.rules {
		ids[i] = r.ID
	}
	return Closest(name, ids)
}

// Distance is the edit distance of two names, in any case.
func Distance(a, b string) int {
	return levenshtein.ComputeDistance(strings.ToLower(a), strings.ToLower(b))
}

// Closest returns the candidate with the smallest edit distance to name, or "" when all are far.
func Closest(name string, candidates []string) string {
	best, bestDistance := "", max(2, len(name)/3)+1
	for _, candidate := range candidates {
		if d := Distance(name, candidate); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}
