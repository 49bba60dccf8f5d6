package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/plimline/plimline/internal/finding"
)

// catalog is a small catalogue with every kind of rule.
func catalog() *finding.Catalog {
	rule := func(id string, s finding.Severity, category string, aliases ...string) finding.Rule {
		return finding.Rule{ID: id, Kind: finding.KindRule, Severity: s, Category: category, Aliases: aliases}
	}
	return finding.NewCatalog([]finding.Rule{
		rule("latest-tag", finding.Warning, "reproducibility", "hadolint/DL3007", "trivy/DS-0001"),
		rule("parse-error", finding.Error, "syntax"),
		rule("root-user", finding.Warning, "security", "hadolint/DL3002"),
		rule("secret-in-env", finding.Error, "security", "buildkit/SecretsUsedInArgOrEnv"),
		{ID: "shouting", Kind: finding.KindRule, Severity: finding.Warning, Set: finding.SetStrict, Category: "style"},
		{
			ID: "builder-stage", Kind: finding.KindPolicy, Severity: finding.Error, Category: "go",
		},
		{
			ID: "minimal-final-base", Kind: finding.KindPolicy, Severity: finding.Error, Category: "go",
			Parameters: map[string]any{
				"allow": []any{"scratch", "alpine"}, "max": 3, "strict": false, "hint": "use scratch",
				"map": map[string]any{"a": 1}, "anything": nil, "mixed": []any{"a", 1},
			},
		},
	})
}

func catalogs([]Place) (*finding.Catalog, error) { return catalog(), nil }

// parse reads a configuration that stands in /repo.
func parse(t *testing.T, text string) (*Config, error) {
	t.Helper()
	return Parse(filepath.Join(repo(t), "plimline.yaml"), []byte(text), catalog())
}

// repo is an absolute folder that need not exist.
func repo(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("/repo")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// show lists the active rules of settings with their severities.
func show(s *Settings) string {
	var out []string
	for _, r := range catalog().Rules() {
		if s.Active(r.ID) {
			out = append(out, r.ID+"="+s.Severity(r.ID).String())
		}
	}
	return strings.Join(out, " ")
}

const defaults = "builder-stage=error latest-tag=warning minimal-final-base=error parse-error=error root-user=warning secret-in-env=error"

func TestRules(t *testing.T) {
	tests := []struct {
		name, config string
		path         string // in /repo; Dockerfile when empty
		flags        Flags
		want         string
	}{
		{name: "empty", want: defaults},
		{name: "only comments", config: "# nothing\n", want: defaults},
		{name: "only a document start", config: "---\n", want: defaults},
		{
			name:   "keys whose content is commented out",
			config: "ignore:\nselect:\nseverity:\npolicies:\n  minimal-final-base:\noverrides:\nexclude:\nfail-on:\ntarget:\nbuild-args:\n",
			want:   defaults,
		},
		{
			name: "ignore by id, code, category and kind", config: "ignore: [root-user, dl3007, go]",
			want: "parse-error=error secret-in-env=error",
		},
		{name: "ignore policies", config: "ignore: [policies, hadolint/DL3007]", want: "parse-error=error root-user=warning secret-in-env=error"},
		{name: "ignore all", config: "ignore: [all]", want: ""},
		{name: "select", config: "select: [DL3002]", want: "parse-error=error root-user=warning"},
		{name: "select what is off by default", config: "select: [shouting]", want: "parse-error=error shouting=warning"},
		{name: "select the set it is in", config: "select: [strict]", want: defaults + " shouting=warning"},
		{name: "select the default set", config: "select: [default]", want: defaults},
		{name: "select all", config: "select: [all]", want: defaults + " shouting=warning"},
		{name: "ignore wins over select", config: "select: [security, parse-error]\nignore: [root-user, parse-error]", want: "secret-in-env=error"},
		{
			name: "severity", config: "severity: {root-user: note, DL3007: error, secret-in-env: off, shouting: info}",
			want: "builder-stage=error latest-tag=error minimal-final-base=error parse-error=error root-user=note shouting=note",
		},
		{
			name: "a narrow severity wins over a wide one wherever it stands", config: "severity: {root-user: error, security: warning, all: note}",
			want: "builder-stage=note latest-tag=note minimal-final-base=note parse-error=note root-user=error secret-in-env=warning",
		},
		{name: "a wide severity turns nothing on", config: "severity: {style: error}", want: defaults},
		{name: "severity does not widen select", config: "select: [root-user]\nseverity: {latest-tag: error}", want: "parse-error=error root-user=warning"},
		{name: "ignore wins over severity", config: "ignore: [root-user, builder-stage, go]\nseverity: {root-user: error}", want: "latest-tag=warning parse-error=error secret-in-env=error"},
		{
			name: "overrides, later wins", path: "dev/Dockerfile",
			config: "ignore: [policies]\noverrides:\n- files: [dev/**]\n  ignore: [root-user]\n  severity: {latest-tag: note}\n" +
				"- files: ['*']\n  severity: {latest-tag: error}\n- files: [prod]\n  select: [go]\n",
			want: "latest-tag=error parse-error=error secret-in-env=error",
		},
		{
			name: "an override's severity turns an ignored rule on", path: "prod/x/Dockerfile",
			config: "ignore: [root-user]\noverrides: [{files: [prod], severity: {root-user: error}}]",
			want:   strings.Replace(defaults, "root-user=warning", "root-user=error", 1),
		},
		{
			name: "an override's select starts afresh", path: "a.dev.Dockerfile",
			config: "ignore: [root-user]\noverrides: [{files: ['*.dev.Dockerfile'], select: [root-user]}]",
			want:   "parse-error=error root-user=warning",
		},
		{name: "flags: ignore", config: "severity: {root-user: error}", flags: Flags{Ignore: []string{"root-user", "go"}}, want: "latest-tag=warning parse-error=error secret-in-env=error"},
		{name: "flags: select", config: "ignore: [all]", flags: Flags{Select: []string{"root-user"}}, want: "root-user=warning"},
		{
			name: "what was not judged is said, whatever group is ignored", config: "ignore: [default]", flags: Flags{Ignore: []string{"rules"}},
			want: "parse-error=error",
		},
		{name: "all is all", config: "ignore: [all]", want: ""},
		{name: "by name", flags: Flags{Ignore: []string{"policies", "rules", "parse-error"}}, want: ""},
		{
			name: "flags: severity", config: "ignore: [root-user]\nselect: [latest-tag]",
			flags: Flags{Severity: []string{"root-user=note", "all=error"}}, want: "latest-tag=error parse-error=error root-user=note",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := parse(t, tt.config)
			if err != nil {
				t.Fatal(err)
			}
			if c, err = c.With(tt.flags); err != nil {
				t.Fatal(err)
			}
			if tt.path == "" {
				tt.path = "Dockerfile"
			}
			if diff := cmp.Diff(tt.want, show(c.For(filepath.Join(repo(t), tt.path)))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	c, err := parse(t, `
fail-on: error
target: production
build-args: {GO_VERSION: 1.20, DEBUG: yes, EMPTY: "", DATE: 2024-01-01}
policies:
  minimal-final-base: {allow: [scratch], max: 1.5, anything: [1, {a: null}], mixed: [true]}
overrides:
  - files: [dev]
    target: dev
    build-args: {DEBUG: no}
    policies: {minimal-final-base: {strict: true}}
`)
	if err != nil {
		t.Fatal(err)
	}
	parameters := map[string]any{
		"allow": []any{"scratch"}, "max": 1.5, "strict": false, "hint": "use scratch",
		"map": map[string]any{"a": 1}, "anything": []any{int64(1), map[string]any{"a": nil}}, "mixed": []any{true},
	}
	got := c.For(filepath.Join(repo(t), "Dockerfile"))
	want := &Settings{
		FailOn: finding.Error, Target: "production",
		BuildArgs:  map[string]string{"GO_VERSION": "1.20", "DEBUG": "yes", "EMPTY": "", "DATE": "2024-01-01"},
		Parameters: map[string]map[string]any{"minimal-final-base": parameters},
	}
	ignoreRest := cmp.FilterPath(func(p cmp.Path) bool {
		return p.Last().String() == ".severities" || p.Last().String() == ".own" || p.Last().String() == ".ParametersKey"
	}, cmp.Ignore())
	if diff := cmp.Diff(want, got, ignoreRest); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	dev := c.For(filepath.Join(repo(t), "dev", "Dockerfile"))
	parameters["strict"] = true
	want.Target, want.BuildArgs["DEBUG"] = "dev", "no"
	if diff := cmp.Diff(want, dev, ignoreRest); diff != "" {
		t.Errorf("dev (-want +got):\n%s", diff)
	}

	if got.ParametersKey == dev.ParametersKey {
		t.Error("different parameters have the same key")
	}
	if other := c.For(filepath.Join(repo(t), "x", "y.Dockerfile")); other != got {
		t.Error("files without overrides do not share their settings")
	}

	flagged, err := c.With(Flags{FailOn: "never", Target: "t", BuildArgs: []string{"DEBUG=maybe=so", "NEW="}})
	if err != nil {
		t.Fatal(err)
	}
	s := flagged.For(filepath.Join(repo(t), "dev", "Dockerfile"))
	want.FailOn, want.Target, want.BuildArgs["DEBUG"], want.BuildArgs["NEW"] = finding.Off, "t", "maybe=so", ""
	if diff := cmp.Diff(want, s, ignoreRest); diff != "" {
		t.Errorf("flags (-want +got):\n%s", diff)
	}
	if s.ParametersKey != dev.ParametersKey {
		t.Error("equal parameters have different keys")
	}
}

func TestProblems(t *testing.T) {
	tests := []struct{ name, config, want string }{
		{"unknown key", "fail_on: note\nignroe: []\nxyzzy: 1", `
			1:1: unknown key "fail_on"; did you mean "fail-on"?
			2:1: unknown key "ignroe"; did you mean "ignore"?
			3:1: unknown key "xyzzy"`},
		{"duplicate key", "target: a\nignore: []\ntarget: b\nseverity: {root-user: note, root-user: error}", `
			3:1: "target" is here twice; the first is at line 1
			4:29: "root-user" is here twice; the first is at line 4`},
		{"unknown rules", "ignore:\n  - rot-user\n  - DL9999\n  - polices\nselect: [securty]\nseverity: {lates-tag: note}", `
			2:5: ignore: unknown rule "rot-user"; did you mean "root-user"?
			3:5: ignore: unknown rule "DL9999"
			4:5: ignore: unknown rule "polices"; did you mean "policies"?
			5:10: select: unknown rule "securty"; did you mean "security"?
			6:12: severity: unknown rule "lates-tag"; did you mean "latest-tag"?`},
		{"severities", "severity: {root-user: warn, latest-tag: never, secret-in-env: [note]}\nfail-on: warnings", `
			1:23: severity: "warn" is not a severity; use one of off, note, warning, error; did you mean "warning"?
			1:41: severity: "never" is not a severity; use one of off, note, warning, error
			1:63: severity: secret-in-env is a string, not a list
			2:10: fail-on: "warnings" is none of note, warning, error, never; did you mean "warning"?`},
		{"fail-on off", "fail-on: off", `
			1:10: fail-on: "off" is none of note, warning, error, never`},
		{"wrong types", "ignore: DL3007\nselect: {a: b}\nexclude: 3\ntarget: [a]\nbuild-args: [A=b]\noverrides: {files: [a]}\nseverity: note\npolicies: [[a]]", `
			1:9: ignore is a list of rule names, not a string; write [DL3007]
			2:9: select is a list of rule names, not a map
			3:10: exclude is a list of patterns, not a number; write [3]
			4:9: target is a string, not a list
			5:13: build-args is a map, not a list
			6:12: overrides is a list of maps, not a map
			7:11: severity is a map, not a string
			8:12: policies is a map, not a list`},
		{"empty things", "select: []\nbuild-args: {A: }\nignore: [~]\noverrides: [{ignore: [all]}, ~]", `
			1:9: select names no rule; leave it out to run all
			2:17: build-args: A has no value; write "" for an empty one
			3:10: ignore is a string, not nothing
			4:13: an override needs "files", a list of patterns
			4:30: an override needs "files", a list of patterns`},
		{"patterns", "exclude: ['!a', 'a[', '', '../x', '{a']\noverrides: [{files: ['x\\']}]", `
			1:11: exclude: "!a": patterns cannot be negated
			1:17: exclude: "a[": the pattern has a bracket, brace or backslash without its other half
			1:23: exclude: "": the pattern names nothing
			1:27: exclude: "../x": patterns cannot lead out of the folder of the configuration file
			1:35: exclude: "{a": the pattern has a bracket, brace or backslash without its other half
			2:22: files: "x\\": the pattern has a bracket, brace or backslash without its other half`},
		{"override keys", "overrides:\n- files: [a]\n  exclude: [b]\n  fail-on: note", `
			3:3: "exclude" is for the top of the file, not for an override
			4:3: "fail-on" is for the top of the file, not for an override`},
		{"policies", "policies:\n  minimal-finalbase: {}\n  root-user: {a: 1}\n  builder-stage: {a: 1}\n  minimal-final-base:\n    alow: []\n    zzzzzz: 1", `
			2:3: unknown policy "minimal-finalbase"; did you mean "minimal-final-base"?
			3:3: rule root-user has no parameters
			4:3: policy builder-stage has no parameters
			6:5: unknown parameter "alow" of minimal-final-base; did you mean "allow"?
			7:5: unknown parameter "zzzzzz" of minimal-final-base; it has allow, anything, hint, map, max, mixed, strict`},
		{"parameter kinds", "policies:\n  minimal-final-base:\n    allow: alpine\n    max: many\n    strict: 1\n    hint: 3.20\n    map: []\n", `
			3:12: minimal-final-base: allow is a list, not a string
			4:10: minimal-final-base: max is a number, not a string
			5:13: minimal-final-base: strict is true or false, not a number
			6:11: minimal-final-base: hint is a string, not a number; write "3.20"
			7:10: minimal-final-base: map is a map, not a list`},
		{"items", "policies: {minimal-final-base: {allow: [a, 3.20, true, [b], ~], max: .nan, map: ~}}", `
			1:44: minimal-final-base: allow: an item is a string, not a number; write "3.20"
			1:50: minimal-final-base: allow: an item is a string, not true or false; write "true"
			1:56: minimal-final-base: allow: an item is a string, not a list
			1:61: minimal-final-base: allow: an item is a string, not nothing
			1:70: ".nan" cannot be the value of a parameter
			1:81: minimal-final-base: map is a map, not nothing`},
		{"no map", "- a", `
			1:1: the configuration is a map, not a list`},
		{"keys", "[a]: b\n<<: {}\n", `
			1:1: a key is a string, not a list
			2:1: merge keys (<<) are not supported`},
		{"two documents", "target: a\n---\ntarget: b\n", `
			2:1: a second document; put everything into one`},
		{"syntax", "ignore: [a\ntarget: b", `
			2: not valid YAML: did not find expected ',' or ']'`},
		{"tab", "severity:\n\troot-user: note\n", `
			2: not valid YAML: found character that cannot start any token`},
		{"unknown anchor", "ignore: *a", `
			1: not valid YAML: unknown anchor 'a' referenced`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("plimline.yaml", []byte(tt.config), catalog())
			if err == nil {
				t.Fatalf("no error, %v", c)
			}
			var want []string
			for line := range strings.SplitSeq(strings.TrimSpace(tt.want), "\n") {
				sep := ":"
				if strings.HasPrefix(strings.TrimSpace(line), "not") {
					sep = ": "
				}
				want = append(want, "plimline.yaml"+sep+strings.TrimSpace(line))
			}
			if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Anchors may be used to say something once, but not to make a small file endless.
func TestAliases(t *testing.T) {
	c, err := parse(t, "ignore: &some [root-user]\noverrides: [{files: [a], ignore: *some}]")
	if err != nil || c.For("x").Active("root-user") {
		t.Errorf("error %v", err)
	}
	bomb := "policies: {minimal-final-base: {anything: &a [x,x,x,x,x,x,x,x,x,x], map: {b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a], " +
		"c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b], d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c], e: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]}}}"
	for _, text := range []string{bomb, "policies: {minimal-final-base: {anything: &a [*a, *a]}}"} {
		if _, err := parse(t, text); err == nil || !strings.Contains(err.Error(), "aliases make this file too large") {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

func TestFlagProblems(t *testing.T) {
	_, err := Default(catalog()).With(Flags{
		Select: []string{"rot-user"}, Ignore: []string{"x"}, Severity: []string{"root-user", "rot-user=note", "root-user=bad"},
		FailOn: "off", Exclude: []string{"a["}, BuildArgs: []string{"A", "=b"},
	})
	want := `--select: unknown rule "rot-user"; did you mean "root-user"?
--ignore: unknown rule "x"
--severity: "root-user" is not RULE=severity
--severity: unknown rule "rot-user"; did you mean "root-user"?
--severity: "bad" is not a severity; use one of off, note, warning, error
--fail-on: "off" is none of note, warning, error, never
--exclude: "a[": the pattern has a bracket, brace or backslash without its other half
--build-arg: "A" is not NAME=value
--build-arg: "=b" is not NAME=value`
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGlobs(t *testing.T) {
	tests := []struct {
		pattern string
		yes, no string
	}{
		{"vendor/**", "vendor vendor/a vendor/a/Dockerfile", "x/vendor/a Dockerfile"},
		{"**/testdata/**", "testdata/a a/testdata/b/c a/testdata", "a/testdata2/b"},
		{"testdata", "testdata/a a/testdata/b/c testdata", "a/testdata2/b"},
		{"testdata/", "testdata/a a/testdata/b/c", "testdata a/testdata"},
		{"*.dev.Dockerfile", "a.dev.Dockerfile x/y/a.dev.Dockerfile", "a.Dockerfile"},
		{"/Dockerfile", "Dockerfile", "a/Dockerfile"},
		{"./Dockerfile", "Dockerfile", "a/Dockerfile"},
		{".github/*", ".github/Dockerfile .github/a/b", "github/Dockerfile a/.github/b"},
		{".git", ".git/x a/.git/x", "git/x"},
		{"{a,b}/Dockerfile", "a/Dockerfile b/Dockerfile", "c/Dockerfile"},
		{"**", "a a/b ../x", ""},
		{"a/*/c", "a/b/c a/b/c/d", "a/b/b/c"},
	}
	for _, tt := range tests {
		g, err := parseGlob(tt.pattern)
		if err != nil {
			t.Errorf("%s: %v", tt.pattern, err)
		}
		for _, p := range strings.Fields(tt.yes) {
			if !g.match(p, false) {
				t.Errorf("%s does not match %s", tt.pattern, p)
			}
		}
		if g.dirOnly && !g.match(strings.TrimSuffix(tt.pattern, "/"), true) {
			t.Errorf("%s does not match its folder", tt.pattern)
		}
		for _, p := range strings.Fields(tt.no) {
			if g.match(p, false) {
				t.Errorf("%s matches %s", tt.pattern, p)
			}
		}
	}
}

func TestExcluded(t *testing.T) {
	c, err := parse(t, "exclude: [vendor, /a/*.Dockerfile]")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if c, err = c.With(Flags{Exclude: []string{"local/**"}}); err != nil {
		t.Fatal(err)
	}
	dir := repo(t)
	for path, want := range map[string]bool{
		filepath.Join(dir, "vendor"):                 true,
		filepath.Join(dir, "x/vendor/Dockerfile"):    true,
		filepath.Join(dir, "a/b.Dockerfile"):         true,
		filepath.Join(dir, "b/a/b.Dockerfile"):       false,
		filepath.Join(dir, "local/Dockerfile"):       false,
		"local/Dockerfile":                           true,
		filepath.Join(dir, "..", "other/Dockerfile"): false,
	} {
		if got := c.Excluded(path, false); got != want {
			t.Errorf("%s: %t, want %t", path, got, want)
		}
	}
}

// tree unpacks an archive into a new folder and makes that the working directory.
func tree(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	return dir
}

const project = `
-- plimline.yaml --
ignore: [root-user]
-- a/.plimline.yml --
ignore: [latest-tag]
exclude: [gone/]
-- a/b/Dockerfile --
-- c/plimline.yaml/not-a-file --
-- repo/.git/HEAD --
-- repo/x/Dockerfile --
-- two/plimline.yaml --
-- two/.plimline.yaml --
-- bad/plimline.yaml --
ignore: [rot-user]
`

func TestFind(t *testing.T) {
	dir := tree(t, project)
	for path, want := range map[string]string{
		"Dockerfile":                         "plimline.yaml",
		"a/b/Dockerfile":                     "a/.plimline.yml",
		"a/nowhere/at/all/Dockerfile":        "a/.plimline.yml",
		"c/Dockerfile":                       "plimline.yaml",
		"repo/x/Dockerfile":                  "",
		filepath.Join(dir, "a/b/Dockerfile"): "a/.plimline.yml",
		"a/b/Dockerfile/below-a-file":        "a/.plimline.yml",
	} {
		got, err := Find(path)
		if err != nil || filepath.ToSlash(got) != want {
			t.Errorf("%s: %q, %v; want %q", path, got, err, want)
		}
	}
	want := "find the configuration: two has both plimline.yaml and .plimline.yaml; keep one"
	if _, err := Find("two/Dockerfile"); err == nil || err.Error() != want {
		t.Errorf("two: %v", err)
	}
	t.Chdir("a")
	if got, err := Find("../Dockerfile"); err != nil || got != filepath.Join(dir, "plimline.yaml") {
		t.Errorf("above the working directory: %q, %v", got, err)
	}
}

func TestLoader(t *testing.T) {
	tree(t, project)
	l, err := NewLoader(catalogs, LoaderOptions{Flags: Flags{Ignore: []string{"secret-in-env"}}})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) *Config {
		c, err := l.Config(path)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if got := show(get("Dockerfile").For("Dockerfile")); strings.Contains(got, "root-user") || strings.Contains(got, "secret-in-env") {
		t.Errorf("top: %s", got)
	}
	if got := show(get("a/b/Dockerfile").For("a/b/Dockerfile")); strings.Contains(got, "latest-tag") || !strings.Contains(got, "root-user") {
		t.Errorf("a: %s", got)
	}
	if get("Dockerfile") != get("c/Dockerfile") || get("a/Dockerfile") != get("a/b/Dockerfile") {
		t.Error("the same file is read twice")
	}
	if l.Excluded("Dockerfile", false) || !l.Excluded("a/gone", true) || l.Excluded("bad/gone", true) {
		t.Error("excluded wrongly")
	}
	if get("repo/x/Dockerfile").File != "" {
		t.Error("a configuration outside the repository counts")
	}
	_, err1 := l.Config("bad/Dockerfile")
	_, err2 := l.Config("bad/sub/Dockerfile")
	want := `bad/plimline.yaml:1:10: ignore: unknown rule "rot-user"; did you mean "root-user"?`
	if err1 == nil || filepath.ToSlash(err1.Error()) != want || !cmp.Equal(err1, err2) {
		t.Errorf("bad: %v, %v", err1, err2)
	}

	if l, err = NewLoader(catalogs, LoaderOptions{None: true}); err != nil {
		t.Fatal(err)
	}
	if got := show(get("Dockerfile").For("Dockerfile")); got != defaults {
		t.Errorf("no configuration: %s", got)
	}
	if l, err = NewLoader(catalogs, LoaderOptions{File: "a/.plimline.yml"}); err != nil {
		t.Fatal(err)
	}
	if got := get("repo/x/Dockerfile").For("repo/x/Dockerfile"); got.Active("latest-tag") {
		t.Error("the named configuration does not count")
	}
	if _, err = NewLoader(catalogs, LoaderOptions{File: "nowhere.yaml"}); err == nil ||
		err.Error() != "read the configuration nowhere.yaml: no such file or directory" {
		t.Errorf("missing file: %v", err)
	}
	if _, err = NewLoader(catalogs, LoaderOptions{Flags: Flags{FailOn: "x"}}); err == nil {
		t.Error("wrong flags are taken")
	}
}

func TestTooLarge(t *testing.T) {
	tree(t, "")
	if err := os.WriteFile("plimline.yaml", make([]byte, maxSize+1), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Load("plimline.yaml", catalog()); err == nil || err.Error() != "read the configuration plimline.yaml: larger than 1 MiB" {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(project))
	f.Add([]byte(Starter(catalog())))
	f.Add([]byte("ignore: [a, b]\noverrides: [{files: [x], policies: {minimal-final-base: {allow: [a]}}}]"))
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := Parse("plimline.yaml", content, catalog())
		if err == nil {
			c.For("a/Dockerfile")
			c.Excluded("a/Dockerfile", false)
		} else if err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}

// TestShellCheck: a code of ShellCheck's can be turned on, off and given a severity without the others.
func TestShellCheck(t *testing.T) {
	cat := finding.NewCatalog([]finding.Rule{{ID: finding.ShellCheck, Kind: finding.KindRule, Severity: finding.Warning, Set: finding.SetStrict}})
	for text, want := range map[string]string{
		"{}":                                      "asked false, SC2034 off, SC2015 off, own false",
		"select: [shellcheck]":                    "asked true, SC2034 warning, SC2015 warning, own false",
		"select: [SC2034]":                        "asked true, SC2034 warning, SC2015 off, own false",
		"severity: {SC2034: warning}":             "asked true, SC2034 warning, SC2015 off, own true",
		"select: [strict]\nignore: [SC2034]":      "asked true, SC2034 off, SC2015 warning, own false",
		"select: [strict]\nignore: [shellcheck]":  "asked false, SC2034 off, SC2015 off, own false",
		"select: [strict]\nseverity: {all: note}": "asked true, SC2034 note, SC2015 note, own false",
	} {
		c, err := Parse("plimline.yaml", []byte(text), cat)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		s := c.For("Dockerfile")
		got := fmt.Sprintf("asked %v, SC2034 %v, SC2015 %v, own %v", s.ShellCheck(), s.Severity("SC2034"), s.Severity("SC2015"), s.OwnSeverity("SC2034"))
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
