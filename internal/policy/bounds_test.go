package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// builtins are all built-in functions of this OPA, and what was decided about each. A new one fails the test until it stands here.
var builtins = []struct{ why, names string }{
	{"allowed: it looks at its operands alone", `
		abs all and any array.concat array.flatten array.reverse array.slice assign base64.decode base64.encode base64.is_valid base64url.decode
		base64url.encode base64url.encode_no_pad bits.and bits.lsh bits.negate bits.or bits.rsh bits.xor cast_array cast_boolean cast_null
		cast_object cast_set cast_string ceil concat contains count crypto.hmac.equal crypto.hmac.md5 crypto.hmac.sha1 crypto.hmac.sha256
		crypto.hmac.sha512 crypto.md5 crypto.sha1 crypto.sha256 div endswith eq equal floor format_int glob.match glob.quote_meta graph.reachable
		graph.reachable_paths gt gte hex.decode hex.encode indexof indexof_n internal.member_2 internal.member_3 internal.template_string
		internal.test_case intersection is_array is_boolean is_null is_number is_object is_set is_string json.filter json.is_valid json.marshal
		json.marshal_with_options json.patch json.remove json.unmarshal lower lt lte max min minus mul neq numbers.range numbers.range_step
		object.filter object.get object.keys object.remove object.subset object.union object.union_n or plus product re_match
		regex.find_all_string_submatch_n regex.find_n regex.globs_match regex.is_valid regex.match regex.replace regex.split regex.template_match
		rem replace round semver.compare semver.is_valid set_diff sort split sprintf startswith strings.any_prefix_match strings.any_suffix_match
		strings.count strings.replace_n strings.reverse strings.split_n substring sum time.parse_duration_ns time.parse_ns time.parse_rfc3339_ns
		to_number trim trim_left trim_prefix trim_right trim_space trim_suffix type_name union units.parse units.parse_bytes upper uri.is_valid
		uri.parse urlquery.decode urlquery.decode_object urlquery.encode urlquery.encode_object walk yaml.is_valid yaml.marshal yaml.unmarshal`},
	{"allowed: the compiler replaces it by what stands in the policy", "rego.metadata.chain rego.metadata.rule"},
	{"allowed: it says something to the author of a test, and nothing otherwise", "internal.print print"},
	{"allowed for UTC alone: other zones come from files, and the local one from the environment", `
		time.add_date time.clock time.date time.diff time.format time.weekday`},
	{"allowed in other tools' policies: addresses and the like are no business of a Dockerfile, and these look at their operands alone", `
		net.cidr_contains net.cidr_intersects net.cidr_is_valid net.cidr_overlap uuid.parse`},
	{"allowed in other tools' policies: it does nothing here", "trace"},
	{"refused: the network", "http.send net.lookup_ip_addr providers.aws.sign_req"},
	{"allowed in other tools' policies: what it gives is empty here", "opa.runtime"},
	{"refused: the clock", `
		time.now_ns io.jwt.decode_verify crypto.x509.parse_and_verify_certificates crypto.x509.parse_and_verify_certificates_with_options`},
	{"refused: chance", "rand.intn uuid.rfc4122 io.jwt.encode_sign io.jwt.encode_sign_raw"},
	{"refused: files and the network, where a schema refers to them", "json.match_schema json.verify_schema"},
	{"refused: one call can run, in time or memory, without end", `
		strings.render_template rego.parse_module net.cidr_expand net.cidr_merge net.cidr_contains_matches graphql.is_valid graphql.parse
		graphql.parse_and_verify graphql.parse_query graphql.parse_schema graphql.schema_is_valid crypto.parse_private_keys
		crypto.x509.parse_certificate_request crypto.x509.parse_certificates crypto.x509.parse_keypair crypto.x509.parse_rsa_private_key
		io.jwt.decode io.jwt.verify_eddsa io.jwt.verify_es256 io.jwt.verify_es384 io.jwt.verify_es512 io.jwt.verify_hs256 io.jwt.verify_hs384
		io.jwt.verify_hs512 io.jwt.verify_ps256 io.jwt.verify_ps384 io.jwt.verify_ps512 io.jwt.verify_rs256 io.jwt.verify_rs384
		io.jwt.verify_rs512`},
}

func TestBuiltins(t *testing.T) {
	decided := map[string]string{}
	for _, group := range builtins {
		for _, name := range strings.Fields(group.names) {
			if decided[name] != "" {
				t.Errorf("%s stands there twice", name)
			}
			decided[name] = group.why
		}
	}
	has := func(c *ast.Capabilities, name string) bool {
		return slices.ContainsFunc(c.Builtins, func(b *ast.Builtin) bool { return b.Name == name })
	}
	for _, b := range ast.CapabilitiesForThisVersion().Builtins {
		why := decided[b.Name]
		delete(decided, b.Name)
		ours, others := has(capabilities(), b.Name), has(otherCapabilities(), b.Name)
		wantOthers := strings.HasPrefix(why, "allowed")
		wantOurs := wantOthers && !strings.HasPrefix(why, "allowed in other tools' policies")
		switch {
		case why == "":
			t.Errorf("%s is new: nobody has decided about it", b.Name)
		case ours != wantOurs || others != wantOthers:
			t.Errorf("%s is allowed to ours: %v, to other tools': %v; but %s", b.Name, ours, others, why)
		case b.Nondeterministic && wantOthers && b.Name != "opa.runtime":
			t.Errorf("%s is allowed, and OPA says that it gives different answers", b.Name)
		}
		if _, ok := bounds()[b.Name]; ok != wantOthers {
			t.Errorf("%s has a bound: %v; but %s", b.Name, ok, why)
		}
	}
	for name := range decided {
		t.Errorf("%s is none of OPA's", name)
	}
	for _, c := range []*ast.Capabilities{capabilities(), otherCapabilities()} {
		if c.AllowNet == nil || len(c.AllowNet) > 0 {
			t.Errorf("schemas may refer to hosts: %v", c.AllowNet)
		}
		for _, b := range c.Builtins {
			name := strings.TrimPrefix(b.Name, boundedPrefix)
			if _, ok := bounds()[name]; !ok && !slices.Contains(configBuiltins, b) {
				t.Errorf("%s is allowed and has no bound", b.Name)
			}
		}
	}
}

// TestBound compiles a call in every kind of place, and looks whether its bound is kept there.
func TestBound(t *testing.T) {
	for name, text := range map[string]string{
		"rule":          `p := concat("", [])`,
		"head":          `p contains concat("", [])`,
		"function":      `p(x) := concat("", [x])`,
		"else":          `p := 1 if { false } else := concat("", [])`,
		"default":       "default p(_) := 1\n\np(x) := concat(x, [])",
		"not":           `p if not concat("", []) == "x"`,
		"array":         `p := [concat("", [x]) | some x in input]`,
		"set":           `p := {x | some x in input; concat("", [x]) == "x"}`,
		"object":        `p := {concat("", [x]): 1 | some x in input}`,
		"every":         `p if every x in input { concat("", [x]) == "x" }`,
		"some":          `p if some x in [concat("", [])]`,
		"with":          `p if input.x == 1 with input as {"x": concat("", [])}`,
		"reference":     `p := input[concat("", [])]`,
		"replaced by":   "f(_, _) := \"x\"\n\np if f(\"\", []) == \"\" with f as concat",
		"replacing":     `p if concat("", []) == "x" with concat as "x"`,
		"operand":       `p := count(concat("", []))`,
		"template":      `p := $"{concat("", [])}"`,
		"deep":          `p := [y | some x in input; y := {z | some z in x; not concat("", [z]) == "x"}]`,
		"data.nested.x": `p.q[x] := concat("", [x]) if some x in input`,
	} {
		t.Run(name, func(t *testing.T) {
			m, err := ast.ParseModuleWithOpts("p.rego", "package p\n\n"+text, ast.ParserOptions{RegoVersion: ast.RegoV1})
			if err != nil {
				t.Fatal(err)
			}
			c := ast.NewCompiler().WithCapabilities(capabilities())
			if c.Compile(map[string]*ast.Module{"p.rego": m}); c.Failed() {
				t.Fatal(c.Errors)
			}
			calls := func() (plain, bounded int) {
				ast.WalkTerms(c.Modules["p.rego"], func(term *ast.Term) bool {
					if ref, ok := term.Value.(ast.Ref); ok {
						switch ref.String() {
						case "concat":
							plain++
						case boundedPrefix + "concat":
							bounded++
						}
					}
					return false
				})
				return plain, bounded
			}
			before, _ := calls()
			bind(c)
			if plain, bounded := calls(); before == 0 || plain > 0 || bounded != before {
				t.Errorf("of %d calls %d are bounded, and %d are not", before, bounded, plain)
			}
			store := inmem.New()
			txn, err := store.NewTransaction(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			results, err := topdown.NewQuery(ast.MustParseBody("data.p.p = x")).WithCompiler(c).WithStore(store).WithTransaction(txn).
				WithBuiltins(boundedBuiltins()).WithInput(ast.MustParseTerm(`[["a"]]`)).Run(t.Context())
			if err != nil {
				t.Error(err)
			}
			if strings.HasPrefix(name, "replac") && len(results) != 1 {
				t.Errorf("what is replaced is not: %v", results)
			}
		})
	}
}
