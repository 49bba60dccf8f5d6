package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// hostile is a policy that was made to take the machine down, or to lie, and what stops it.
type hostile struct {
	tries  string
	policy string            // Rego, behind the package line
	files  map[string]string // beside it
	want   string            // regular expression: what is said of it
	whole  bool              // nothing of its source can be used
}

// ceiling is what a run may take with any of them, in MB.
const ceiling = 512

const (
	took   = `rule hostile-rule: it took (too long|more than 128 MiB of memory) and was stopped`
	large  = `rule hostile-rule: .*hostile-rule\.rego:\d+: `
	spells = `hostile-rule\.rego:\d+:.* spells out a value of more than 1000000 parts`
	shape  = `rule hostile-rule: a finding is not of the right form: `
)

// is is a rule with a body.
func is(lines ...string) string {
	return "findings contains lib.at(input, \"x\") if {\n\t" + strings.Join(lines, "\n\t") + "\n}"
}

// again is a body that does something to what it had before, n times. X is what it has.
func again(n int, first, step, last string) string {
	lines := []string{"x0 := " + first}
	for i := 1; i < n; i++ {
		lines = append(lines, fmt.Sprintf("x%d := %s", i, strings.ReplaceAll(step, "X", fmt.Sprint("x", i-1))))
	}
	return is(append(lines, strings.ReplaceAll(last, "X", fmt.Sprint("x", n-1)))...)
}

// each is text for every number.
func each(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i, i-1)
	}
	return b.String()
}

// megabytes is an expression for a text of 4 MiB.
const megabytes = `concat("", [y | some _ in numbers.range(1, 262144); y := "aaaaaaaaaaaaaaaa"])`

func laughs(indent string) string {
	return indent + "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + strings.TrimPrefix(each(12, indent+"a%d: &a%[1]d ["+strings.Repeat("*a%[2]d, ", 9)+"*a%[2]d]\n"), indent+
		"a0: &a0 ["+strings.Repeat("*a-1, ", 9)+"*a-1]\n")
}

func hostilePolicies() []hostile {
	const text = `"aaaaaaaaaaaaaaaa"`
	const pair = `[1, input.span]`
	main := func(body string) string { return "package main\n\nimport rego.v1\n\n" + body + "\n" }
	nested := func(open, inner, closing string, n int) string {
		return is("x := "+strings.Repeat(open, n)+inner+strings.Repeat(closing, n), "x != 1")
	}
	layers := `g := {sprintf("%d-%d", [i, j]): [n | some k in numbers.range(1, 8); n := sprintf("%d-%d", [i + 1, k])] |
		some i in numbers.range(1, 40)
		some j in numbers.range(1, 8)
	}`
	return []hostile{
		// Texts that double.
		{tries: "concat doubles a text", policy: again(32, text, `concat("", [X, X])`, `X != ""`), want: large + `concat: a text of more than 4 MiB`},
		{tries: "sprintf doubles a text", policy: again(32, text, `sprintf("%[1]s%[1]s", [X])`, `X != ""`), want: large + `sprintf: a text of more than 4 MiB`},
		{tries: "sprintf with a width", policy: is(`sprintf("%1000000d%1000000d%1000000d%1000000d%1000000d", [1, 1, 1, 1, 1]) != ""`), want: large + `sprintf: a text of more than 4 MiB`},
		{tries: "sprintf with a width among the operands", policy: is(`sprintf("%*d%*d%*d%*d%*d", [1000000, 1, 1000000, 1, 1000000, 1, 1000000, 1, 1000000, 1]) != ""`), want: large + `sprintf: a text of more than 4 MiB`},
		{tries: "a template string doubles a text", policy: again(32, text, `$"{X}{X}"`, `X != ""`), want: large + `internal.template_string: a value that is more than 4 MiB`},
		{tries: "base64 of base64", policy: again(80, text, `base64.encode(X)`, `X != ""`), want: large + `base64.encode: a text of more than 4 MiB`},
		{tries: "hex of hex", policy: again(32, text, `hex.encode(X)`, `X != ""`), want: large + `hex.encode: a text of more than 4 MiB`},
		{tries: "a URL's escapes escaped", policy: again(90, `"%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%"`, `urlquery.encode(concat("%", [X, X]))`, `X != ""`), want: large + `(urlquery.encode|concat): a text of more than 4 MiB`},
		{tries: "replace makes eight of each", policy: again(14, text, `replace(X, "a", "aaaaaaaa")`, `X != ""`), want: large + `replace: a text of more than 4 MiB`},
		{tries: "strings.replace_n makes eight of each", policy: again(14, text, `strings.replace_n({"a": "aaaaaaaa"}, X)`, `X != ""`), want: large + `strings.replace_n: a text of more than 4 MiB`},
		{tries: "regex.replace makes eight of each", policy: again(14, text, `regex.replace(X, "a", "aaaaaaaa")`, `X != ""`), want: large + `regex.replace: a text of more than 1 MiB`},
		{tries: "json.marshal escapes escapes", policy: again(32, `"\"\"\"\"\"\"\"\""`, `json.marshal(X)`, `X != ""`), want: large + `json.marshal: a value that is more than 4 MiB`},
		{tries: "json.marshal_with_options indents", policy: is(`s := sprintf("%1000d", [1])`, `json.marshal_with_options(numbers.range(1, 100000), {"indent": s}) != ""`), want: large + `json.marshal_with_options: a value that is more than 4 MiB`},
		{tries: "a template in Go's language", policy: is(`strings.render_template("{{range .l}}{{end}}", {"l": [1]}) != ""`), want: `undefined function strings.render_template`},

		// Collections that double, or are taken apart.
		{tries: "array.concat doubles an array", policy: again(32, `[1, 2, 3, 4]`, `array.concat(X, X)`, `count(X) > 1`), want: spells + `|` + large + `array.concat: more than 250000 elements`},
		{tries: "array.flatten of the same array, often", policy: is(`a := numbers.range(1, 100000)`, `b := [a | some _ in numbers.range(1, 100000)]`, `count(array.flatten(b)) > 1`), want: large + `array.flatten: more than 250000 elements`},
		{tries: "object.union_n of the same object, often", policy: is(`a := {sprintf("%d", [i]): 1 | some i in numbers.range(1, 100000)}`, `b := [a | some _ in numbers.range(1, 100000)]`, `count(object.union_n(b)) > 1`), want: large + `object.union_n: more than 250000 elements`},
		{tries: "a text in pieces of one character", policy: is(`x := `+megabytes, `some i in numbers.range(1, 20)`, `count(split(x, "")) == i`), want: large + `split: more than 250000 elements`},
		{tries: "all places of a character", policy: is(`x := `+megabytes, `some i in numbers.range(1, 20)`, `count(indexof_n(x, "a")) == i`), want: large + `indexof_n: more than 250000 elements`},
		{tries: "a range without end", policy: is(`count(numbers.range(1, 1000000000)) > 1`), want: took},
		{tries: "a set of all triples", policy: is(`count({[a, b, c] | some a in numbers.range(1, 1000); some b in numbers.range(1, 1000); some c in numbers.range(1, 1000)}) > 1`), want: took},
		{tries: "an object of all pairs", policy: is(`count({k: a | some a in numbers.range(1, 10000); some b in numbers.range(1, 10000); k := a * 10000 + b}) > 1`), want: took},
		{tries: "an array of all pairs", policy: is(`count([[a, b] | some a in numbers.range(1, 10000); some b in numbers.range(1, 10000)]) > 1`), want: took},
		{tries: "a rule that is a set of all pairs", policy: "s contains [a, b] if {\n\tsome a in numbers.range(1, 10000)\n\tsome b in numbers.range(1, 10000)\n}\n\n" + is(`count(s) > 1`), want: took},
		{tries: "answers of a function that are kept", policy: "f(i) := sprintf(\"%1000d\", [i])\n\n" + is(`some i in numbers.range(1, 10000000)`, `f(i) == ""`), want: took},
		{tries: "loops that never end", policy: is(`some a in numbers.range(1, 100000)`, `some b in numbers.range(1, 100000)`, `a * b == -1`), want: took},
		{tries: "a value of itself twice, compared", policy: is(strings.ReplaceAll(each(60, "x%d := [x%d, 1]; "), "x-1", "input.span"), strings.ReplaceAll(each(60, "y%d := [y%d, y%[2]d]; "), "y-1", "input.span"), `x59 == y59`), want: spells},
		{tries: "a value of itself twice, written as JSON", policy: again(60, pair, `[X, X]`, `json.marshal(X) != ""`), want: spells},
		{tries: "a value of itself twice, through rules", policy: "r0 := " + pair + "\n\n" + strings.TrimPrefix(each(60, "r%d := {\"a\": r%d, \"b\": r%[2]d}\n\n"), "r0 := {\"a\": r-1, \"b\": r-1}\n\n") + is(`sprintf("%v", [r59]) != ""`), want: spells},
		{tries: "a value of itself twice, through functions", policy: "f0(x) := [x, x]\n\n" + strings.TrimPrefix(each(60, "f%d(x) := f%d([x, x])\n\n"), "f0(x) := f-1([x, x])\n\n") + is(`count(f59(input)) > 1`), want: spells},
		{tries: "a value of itself a hundred times, written", policy: again(9, pair, `[X | some _ in numbers.range(1, 100)]`, `json.marshal(X) != ""`), want: large + `json.marshal: a value that is more than 4 MiB`},
		{tries: "a value of itself a hundred times, walked", policy: again(9, pair, `[X | some _ in numbers.range(1, 100)]`, "walk(X, [_, v])\n\tv == 17"), want: took},
		{tries: "object.union of deep objects that share their parts", policy: again(9, `{"a": 1}`, `{sprintf("%d", [i]): X | some i in numbers.range(1, 100)}`, `count(object.union(X, object.union(X, {"z": 1}))) > 1`), want: large + `object.union: a value that is more than 4 MiB`},
		{tries: "a chain of functions, each calling the one before twice", policy: "f0(x) := count([x])\n\n" + strings.TrimPrefix(each(31, "f%d(x) := f%d(2 * x) + f%[2]d(2 * x + 1)\n\n"), "f0(x) := f-1(2 * x) + f-1(2 * x + 1)\n\n") + is(`f30(1) > 1`), want: took},
		{tries: "a graph with more ways than atoms", policy: is(layers, `count(graph.reachable(g, {"1-1"})) > 1`), want: large + `graph.reachable: a graph with more than 100000 steps`},
		{tries: "all paths in a graph", policy: is(layers, `count(graph.reachable_paths(g, {"1-1"})) > 1`), want: large + `graph.reachable_paths: a graph with more than 100000 steps`},

		// Numbers.
		{tries: "shifts a bit far to the left", policy: is(`bits.lsh(1, 10000000000) > 1`), want: large + `bits.lsh: a number of more than 300000 bits`},
		{tries: "squares a number, and so on", policy: again(32, `12345678901234567890`, `X * X`, `X > 1`), want: large + `mul: numbers of more than 100000 digits`},
		{tries: "multiplies many numbers", policy: is(`product([y | some i in numbers.range(1, 100000); y := 1000000000000000000000000 + i]) > 1`), want: large + `product: numbers of more than 100000 digits`},
		{tries: "a unit with a power of ten", policy: is(`units.parse("1e999999") > 1`), want: large + `units.parse: .*a power of ten`},

		// Expressions.
		{tries: "compiled expressions, of which OPA keeps a hundred", policy: is(`some i in numbers.range(1, 400)`, `regex.match(sprintf("^%d([\\pL\\pN]a[\\pS]){150}", [i]), "x")`), want: large + `regex.match: an expression that is too large`},
		{tries: "an expression with many groups, on a long text", policy: is(`x := `+megabytes, `p := concat("", ["()" | some _ in numbers.range(1, 100)])`, `count(regex.find_all_string_submatch_n(p, x, -1)) == 1`), want: large + `regex.find_all_string_submatch_n: a text of more than 1 MiB`},
		{tries: "all matches in a long text", policy: is(`count(regex.find_n("a", ` + megabytes + `, -1)) == 1`), want: large + `regex.find_n: a text of more than 1 MiB`},
		{tries: "a glob with nested braces", policy: is(`glob.match("{a,{b,{c,{d,{e,{f,{g,{h,{i,{j,{k}}}}}}}}}}}", [], "x")`), want: large + `glob.match: a pattern`},
		{tries: "trim with a large set of characters", policy: is(`x := concat("", ["é" | some _ in numbers.range(1, 100000)])`, `trim(x, x) == "z"`), want: large + `trim: a text of more than 1000 bytes`},

		// Documents.
		{tries: "YAML whose aliases laugh", policy: is(`count(yaml.unmarshal("` + strings.ReplaceAll(laughs(""), "\n", `\n`) + `")) > 1`), want: `the neighbour is here`},
		{tries: "a large JSON text", policy: is(`x := concat("", ["1," | some _ in numbers.range(1, 600000)])`, `count(json.unmarshal(concat("", ["[", x, "1]"]))) > 1`), want: large + `json.unmarshal: a text of more than 1 MiB`},
		{tries: "a deep JSON text", policy: is(`x := concat("", ["[" | some _ in numbers.range(1, 100000)])`, `count(json.unmarshal(x)) > 1`), want: `the neighbour is here`},
		{tries: "a large YAML text", policy: is(`x := concat("", ["1," | some _ in numbers.range(1, 200000)])`, `count(yaml.unmarshal(concat("", ["[", x, "1]"]))) > 1`), want: large + `yaml.unmarshal: a text of more than 256 KiB`},

		// The world outside.
		{tries: "the network", policy: is(`http.send({"method": "get", "url": "http://127.0.0.1:9"}).status_code == 200`), want: `undefined function http.send`},
		{tries: "the environment", policy: is(`opa.runtime().env.HOME != ""`), want: `undefined function opa.runtime`},
		{tries: "the clock", policy: is(`time.now_ns() > 0`), want: `undefined function time.now_ns`},
		{tries: "the machine's time zone", policy: is(`time.clock([0, "Local"])[0] == 0`), want: large + `time.clock: the zone "Local" is not known here`},
		{tries: "a file of time zones", policy: is(`time.clock([0, "Europe/Berlin"])[0] == 0`), want: large + `time.clock: the zone "Europe/Berlin" is not known here`},
		{tries: "another policy's findings", policy: is(`count(data.plimline.policies["good-neighbour"].findings) > 0`), want: `is out of reach`},

		// Policies for other tools.
		{tries: "conftest's deny, often", policy: is("true"), files: map[string]string{"main.rego": main("deny contains sprintf(\"%d\", [i]) if some i in numbers.range(1, 60000)")}, want: `rule main-deny: it has 60000 findings here, and the first 10000 are reported`},
		{tries: "a result of conftest's that is a large value", policy: is("true"), files: map[string]string{"main.rego": main("deny contains {\"msg\": [numbers.range(1, 1000) | some _ in numbers.range(1, 1000)]} if true")}, want: `rule main-deny: a result has no text "msg": object of 1 elements`},
		{tries: "a large script for Trivy's function", policy: is("true"), files: map[string]string{"main.rego": main("deny contains \"x\" if count(sh.parse_commands(" + megabytes + ")) > 1")}, want: `rule main-deny: .*sh.parse_commands: a text of more than 64 KiB`},
		{tries: "a large configuration for conftest's function", policy: is("true"), files: map[string]string{"main.rego": main("deny contains \"x\" if parse_config(\"yaml\", " + megabytes + ")")}, want: `rule main-deny: parse_config: a text of more than 256 KiB`},
		{tries: "a configuration outside, by a link", policy: is("true"), files: map[string]string{"main.rego": main("deny contains json.marshal(parse_config_file(\"secret.json\")) if true"), "secret.json": "-> ../secret.json"}, want: `the neighbour is here`},
		{tries: "metadata of Trivy's that never comes", policy: is("true"), files: map[string]string{"main.rego": main("__rego_metadata__ := {\"id\": sprintf(\"%d\", [n])} if n := count(numbers.range(1, 1000000000))\n\ndeny contains \"later\" if input.Stages")}, want: `later \[main\]`},
		{tries: "a build policy of Docker's that never ends", policy: is("true"), files: map[string]string{"main.rego": "package docker\n\ndecision := {\"allow\": true} if count(numbers.range(1, 1000000000)) > 1\n"}, want: `rule docker-decision: it took (too long|more than 128 MiB of memory) and was stopped`},

		// Texts that the compiler has to bear.
		{tries: "a large file", policy: "# " + strings.Repeat("x", 200<<10) + "\n\n" + is("true"), want: `read .*hostile-rule.rego: it is larger than 128 KiB`},
		{tries: "nested arrays", policy: nested("[", "1", "]", 20_000), want: `more than 400 levels are nested here`},
		{tries: "arrays that are opened", policy: "x := " + strings.Repeat("[", 100_000), want: `max parsing recursion depth exceeded`},
		{tries: "a long sum", policy: nested("1 + ", "1", "", 30_000), want: `more than 400 levels are nested here`},
		{tries: "nested comprehensions", policy: nested("[1 | ", "1", "]", 30), want: `more than 8 comprehensions, every or template strings are nested here`},
		{tries: "nested template strings", policy: nested(`$"{`, "1", `}"`, 16), want: `more than 8 comprehensions, every or template strings are nested here`},
		{tries: "a rule with eight thousand conditions", policy: is(strings.Repeat("\n\tinput.stages", 8_000)), want: `\[hostile-rule\]`},
		{tries: "a rule with many elses", policy: "x := 1 if { input.path } " + strings.Repeat("else := 2 if { input.path }\n", 4_000) + "\n" + is("x"), want: `more than 400 levels are nested here`},
		{tries: "rules that read all the others", policy: each(3_000, "r%d if s[_]\ns[%[1]d] := 1\n") + "\n" + is("true"), want: `the rules read too many others`},
		{tries: "long names of rules", policy: "a" + strings.Repeat(".b", 20) + " := 1\n\n" + is("true"), want: `the rule's name has more than 16 parts`},
		{tries: "six thousand functions in a row", policy: "f0(x) := x\n" + strings.TrimPrefix(each(6_000, "f%d(x) := f%d(x)\n"), "f0(x) := f-1(x)\n") + "\n" + is("true"), want: `\[hostile-rule\]|hostile-rule.rego: cannot be used: compiling the policies: it took`, whole: true},
		{tries: "many rules", policy: each(8_000, "r%d := %[1]d\n") + "\n" + is("true"), want: `\[hostile-rule\]`},
		{tries: "many large files", policy: is("true"), files: func() map[string]string {
			files := map[string]string{}
			for i := range 60 {
				files[fmt.Sprintf("f%d.rego", i)] = fmt.Sprintf("package f%d\n\nx := [%s]\n", i, strings.Repeat("1,", 60_000))
			}
			return files
		}(), want: `not read: the policies before it take more than 128 MiB of memory`, whole: true},
		{tries: "METADATA whose aliases laugh", policy: is("true"), files: map[string]string{"laughing-rule.rego": "# METADATA\n# title: x\n# custom:\n" + laughs("#   ") + "package plimline.policies[\"laughing-rule\"]\n\n" + is("true")}, want: `laughing-rule.rego:\d+:.* yaml: document contains excessive aliasing`},
		{tries: "a schema from the network", policy: is("true"), files: map[string]string{"main.rego": "# METADATA\n# scope: package\n# schemas:\n#   - input: {type: object, properties: {a: {\"$ref\": \"http://127.0.0.1:9/x.json\"}}}\n" + main("deny contains input.a")}, want: `\[hostile-rule\]`},

		// Data.
		{tries: "data whose aliases laugh", policy: is("true"), files: map[string]string{"main.rego": main("deny contains data.a0"), "data.yaml": laughs("")}, want: `read .*data.yaml: yaml: document contains excessive aliasing`},
		{tries: "deep data", policy: is("true"), files: map[string]string{"main.rego": main("deny contains data.a0"), "data.json": strings.Repeat(`{"a":`, 60_000) + "1" + strings.Repeat("}", 60_000)}, want: `read .*data.json: yaml: exceeded max depth`},
		{tries: "wide data", policy: is("true"), files: map[string]string{"main.rego": main("deny contains sprintf(\"%d\", [count(data.a)])"), "data.json": `{"a": [` + strings.Repeat("1,", 2_000_000) + `1]}`}, want: `2000001 \[main-deny\]`},
		{tries: "wider data", policy: is("true"), files: map[string]string{"main.rego": main("deny contains sprintf(\"%d\", [count(data.a)])"), "data.json": `{"a": [` + strings.Repeat("1,", 4_000_000) + `1]}`}, want: `read .*data.json: it is larger than 4 MiB`},
		{tries: "wide data in YAML", policy: is("true"), files: map[string]string{"main.rego": main("deny contains data.a"), "data.yaml": `a: [` + strings.Repeat("1,", 400_000) + `1]`}, want: `read .*data.yaml: it is larger than 512 KiB`},
		{tries: "a number with a large exponent", policy: is("true"), files: map[string]string{"main.rego": main("deny contains data.a"), "data.json": `{"a": 1e999999999}`}, want: `number too big`},
		{tries: "a link out of the folder", policy: is("true"), files: map[string]string{"main.rego": main("deny contains json.marshal(data.token)"), "data.json": "-> ../secret.json"}, want: `read .*data.json: path escapes from parent`},
		{tries: "a link to an endless file", policy: is("true"), files: map[string]string{"main.rego": main("deny contains json.marshal(data.token)"), "data.json": "-> /dev/zero"}, want: `read .*data.json: path escapes from parent`},

		// What is said.
		{tries: "sixty thousand findings", policy: `findings contains {"span": [0, 1], "message": sprintf("%d", [i])} if some i in numbers.range(1, 60000)`, want: `rule hostile-rule: it has 60000 findings here, and the first 10000 are reported`},
		{tries: "findings without end", policy: `findings contains {"span": [0, 1], "message": sprintf("%d", [i])} if some i in numbers.range(1, 10000000)`, want: took},
		{tries: "a large message", policy: `findings contains {"span": [0, 1], "message": ` + megabytes + `}`, want: `aaaa\.\.\. \[hostile-rule\]`},
		{tries: "many related places", policy: `findings contains {"span": [0, 1], "message": "x", "related": [{"span": [0, 1], "message": "y"} | some _ in numbers.range(1, 100000)]}`, want: shape + `an array of more than 1000 elements`},
		{tries: "many edits", policy: `findings contains {"span": [0, 1], "message": "x", "fix": {"title": "t", "edits": [{"span": [0, 1], "text": "y"} | some _ in numbers.range(1, 100000)]}}`, want: shape + `an array of more than 1000 elements`},
		{tries: "a large edit", policy: `findings contains {"span": [0, 1], "message": "x", "fix": {"title": "t", "edits": [{"span": [0, 1], "text": ` + megabytes + `}]}}`, want: shape + `a text of more than 64 KiB`},
		{tries: "large messages, many", policy: `findings contains {"span": [0, 1], "message": sprintf("%16000d", [i])} if some i in numbers.range(1, 1000)`, want: shape + `the texts of all its findings here are more than 8 MiB; .* and \d+ more like it`},
		{tries: "spans that are none", policy: `findings contains {"span": s, "message": "x"} if some s in [[-1, 2], [3, 1], [0, 1e18], [0.5, 1], [1e400, 2], ["a", 1], [0, 99999999999999999999], [], [1], null]`, want: shape + `.* and 7 more like it`},
		{tries: "a message that is a large value", policy: "findings contains {\"span\": [0, 1], \"message\": m} if {\n\tm := [numbers.range(1, 1000) | some _ in numbers.range(1, 1000)]\n}", want: shape + `array of 1000 elements is not a string`},
		{tries: "a severity of its own", policy: `findings contains {"span": [0, 1], "message": "x", "severity": "fatal"}`, want: shape + `"severity" is unknown`},
		{tries: "the terminal, and the logs of GitHub and Azure", policy: `findings contains {"span": [0, 1], "message": "a\u001b[2J\r\n::error::b\n##vso[task.complete]"}`, want: `a␛\[2J␍␊::error::b␊##vso`},
	}
}

// TestHostile runs each in a process of its own. It is named, a rule beside it has its say all the same, and the memory stays within the ceiling.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes minutes with the race detector")
	}
	for _, h := range hostilePolicies() {
		t.Run(h.tries, func(t *testing.T) {
			t.Parallel()
			dir := h.write(t)
			text := plimline(t, dir, "lint", "--no-config", "--fail-on=never", "--timeout=8s", "--format=gnu", "--policy=hostile", "Dockerfile")
			if !regexp.MustCompile(h.want).MatchString(text) {
				t.Errorf("nothing says %s", h.want)
			}
			if !h.whole && !strings.Contains(text, "the neighbour is here") {
				t.Error("the neighbour is not heard")
			}
			if !strings.Contains(text, "[untagged-base-image]") {
				t.Error("plimline's own rules are not heard")
			}
			if strings.Contains(text, "hunter2") || strings.Contains(text, "\x1b") {
				t.Error("what is secret, or the terminal's own, gets out")
			}
			if t.Failed() {
				t.Logf("%.3000s", text)
			}
		})
	}
}

// write writes a Dockerfile, and a folder with the policy and its neighbour.
func (h hostile) write(t *testing.T) string {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if to, link := strings.CutPrefix(text, "-> "); link {
			if err := os.Symlink(to, name); err != nil {
				t.Skip(err)
			}
			return
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	policy := func(id, text string) {
		head := "package plimline.policies[\"" + id + "\"]\n\n"
		if strings.Contains(text, "lib.at") {
			head += "import data.plimline.lib\n\n"
		}
		write("hostile/"+id+".rego", head+text+"\n")
	}
	write("Dockerfile", "FROM alpine\nRUN echo hello\n")
	write("secret.json", `{"token": "hunter2"}`)
	policy("hostile-rule", h.policy)
	policy("good-neighbour", `findings contains lib.at(input, "the neighbour is here")`)
	for name, text := range h.files {
		write("hostile/"+name, text)
	}
	return dir
}

// plimline runs the command in a process of its own, whose memory must stay within the ceiling, and returns what it writes.
func plimline(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("plimline", args...)
	cmd.Dir = dir
	report := filepath.Join(t.TempDir(), "peak")
	cmd.Env = append(os.Environ(), peakFile+"="+report)
	kill := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	out, _ := cmd.CombinedOutput()
	if text, err := os.ReadFile(report); err == nil {
		peak, _ := strconv.Atoi(string(text))
		if peak /= 1000; peak > ceiling && !testing.Short() { // the race detector takes several times as much
			t.Errorf("it took %d MB of memory, and %d are the most", peak, ceiling)
		}
		t.Logf("%d MB", peak)
	} else if runtime.GOOS == "linux" {
		t.Errorf("it ended before it was done: %v", err)
	}
	return string(out)
}

// peakFile is the environment variable that names the file into which the command writes its peak of memory, in kB. What the system says of a child
// has the parent's share in it.
const peakFile = "PLIMLINE_TEST_PEAK"

func reportPeak() {
	file := os.Getenv(peakFile)
	if file == "" {
		return
	}
	status, _ := os.ReadFile("/proc/self/status")
	if peak := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status); peak != nil {
		_ = os.WriteFile(file, peak[1], 0o600)
	}
}

// TestRunaway runs a policy that OPA can neither be stopped in nor kept from using up the stack: it compares arrays that are the same and not
// one. plimline starts again without it.
func TestRunaway(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes minutes with the race detector")
	}
	grow := func(x string) string {
		text := x + "0 := [1, input.span]\n\t"
		for i := range 9 {
			text += fmt.Sprintf("%s%d := [%[1]s%[3]d | some _ in numbers.range(1, 1000)]\n\t", x, i+1, i)
		}
		return text
	}
	h := hostile{
		policy: is(grow("x") + grow("y") + "x9 == y9"),
		files:  map[string]string{"idle-rule.rego": "package plimline.policies[\"idle-rule\"]\n\nimport data.plimline.lib\n\n" + is("some a in numbers.range(1, 100000)", "some b in numbers.range(1, 100000)", "a * b == -1")},
	}
	text := plimline(t, h.write(t), "lint", "--no-config", "--fail-on=never", "--timeout=20s", "--format=gnu", "--policy=hostile", "Dockerfile")
	for _, want := range []string{
		"rule hostile-rule: it took more than 128 MiB of memory and cannot be stopped; it is left out from now on", "rule idle-rule: it took too long",
		"the neighbour is here", "[untagged-base-image]",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing says %q", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// TestHostileCommands has a policy that doubles a text judge in all the commands that evaluate policies.
func TestHostileCommands(t *testing.T) {
	h := hostile{
		policy: again(32, `"aaaaaaaaaaaaaaaa"`, `concat("", [X, X])`, `X != ""`),
		files: map[string]string{
			"hostile-rule/bad.Dockerfile":   "FROM alpine\n",
			"good-neighbour/bad.Dockerfile": "FROM alpine\n",
			"hostile_test.rego":             "package plimline.policies[\"hostile_test\"]\n\ntest_doubling if {\n\t" + strings.Split(again(32, `"aaaaaaaaaaaaaaaa"`, `concat("", [X, X])`, `X != ""`), "{\n\t")[1] + "\n\ntest_true if true\n",
		},
	}
	for _, run := range []struct {
		args string
		want []string
	}{
		{"fix --no-config --policy=hostile Dockerfile", []string{"Dockerfile: rule hostile-rule: hostile/hostile-rule.rego:25: concat: a text of more than 4 MiB", "0 findings fixed in 0 files"}},
		{"policy check hostile", []string{"2 policies checked"}},
		{"test --verbose hostile", []string{
			"FAIL  hostile-rule/bad.Dockerfile", "hostile-rule.rego:25: concat: a text of more than 4 MiB", "ok    good-neighbour/bad.Dockerfile",
			"FAIL  plimline.policies.hostile_test/test_doubling", "ok    plimline.policies.hostile_test/test_true",
		}},
	} {
		t.Run(run.args, func(t *testing.T) {
			text := plimline(t, h.write(t), strings.Fields(run.args)...)
			for _, want := range run.want {
				if !strings.Contains(text, want) {
					t.Errorf("nothing says %q in\n%s", want, text)
				}
			}
		})
	}
}
