package policy_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/policy"
)

func TestProbe3(t *testing.T) {
	good := rule("good", fromRule)
	bodies := map[string]string{
		"typo1": "findings contains lib.at(s, \"x\") if {\n\tsome s in input.stages\n\ts.nmae == \"x\"\n}",
		"typo2": "findings contains lib.at(s, \"x\") if {\n\tsome s in input.stages\n\ts.from.image.tga == \"x\"\n}",
		"typo3": "findings contains lib.at(s, \"x\") if {\n\tsome s in input.by.rnu\n\ts.name == \"x\"\n}",
		"typo4": "findings contains lib.at(s, \"x\") if {\n\tsome s in input.builds\n\ts.cgo.sta == \"x\"\n}",
		"typo5": "findings contains lib.at(s, \"x\") if {\n\tsome s in input.commands\n\tsome w in s.words\n\tw.vale == \"x\"\n}",
		"typo6": "findings contains lib.at(s, \"x\") if {\n\ts := input.stages[input.fnal]\n}",
		"typo7": "findings contains lib.at(s, \"x\") if {\n\ts := input.stages[_]\n\tnot s.from.image.digset\n}",
		"typo8": "findings contains lib.at(lib.final, lib.final.nmae)",
		"nofind": "finding contains lib.at(s, \"x\") if some s in input.stages",
		"parameters": "findings contains lib.at(s, data.plimline.parameters.bad.x) if some s in input.stages",
		"print": "findings contains lib.at(s, \"x\") if {\n\tsome s in input.stages\n\tprint(\"hi\", s)\n}",
		"meta": "findings contains lib.at(s, rego.metadata.chain()[0].annotations.title) if {\n\tsome s in input.stages\n}",
		"crossrule": "findings contains f if some f in data.plimline.rules.good.findings",
		"walkinput": "findings contains lib.at(input, \"x\") if walk(input, [p, \"nonesuch\"])",
		"many": func() string { var b strings.Builder; b.WriteString("findings contains lib.at(input, \"x\") if false_\n"); for i := 0; i < 15; i++ { fmt.Fprintf(&b, "a%d if nonesuch%d(1)\n\n", i, i) }; return b.String() }(),
		"env": "findings contains lib.at(input, \"x\") if net.cidr_contains(\"10.0.0.0/8\", \"10.1.1.1\")",
		"regexbad": "findings contains lib.at(input, \"x\") if regex.match(\"(\", \"x\")",
	}
	for name, body := range bodies {
		e := load(t, map[string]string{"bad": rule("bad", body), "good": good})
		found, failed := eval(t, e, "FROM alpine\n")
		fmt.Printf("== %s\nerrors %v\nfound %v failed %v\n", name, e.Errors(), found, failed)
	}
	for name, edit := range map[string][2]string{
		"aliases text": {"since: 0.1.0", "since: 0.1.0\n#   aliases: hadolint/DL3000"},
		"since number": {"since: 0.1.0", "since: 1"},
		"sec": {"since: 0.1.0", "since: 0.1.0\n#   security-severity: \"high\""},
		"nosev": {"#   severity: warning\n", ""},
		"yaml": {"since: 0.1.0", "since: [0.1.0"},
		"topkey": {"# title: A title", "# title: A title\n# descripton: x"},
		"nocustom": {"# custom:\n#   severity: warning\n#   category: test\n#   since: 0.1.0\n", ""},
		"scope": {"# title: A title", "# scope: rule\n# title: A title"},
	} {
		e := load(t, map[string]string{"bad": strings.Replace(rule("bad", fromRule), edit[0], edit[1], 1), "good": good})
		fmt.Printf("== %s: %v\n", name, e.Errors())
		if r, ok := e.Catalog().Rule("bad"); ok { fmt.Printf("   %+v\n", r) }
	}
	// library broken
	for _, lib := range []string{"package plimline.lib\nat(", "package plimline.lib\nat(a, b) := http.send(a)\n"} {
		e, err := policy.Load(context.Background(), policy.Options{Folders: []policy.Folder{{FS: fstest.MapFS{"good/rule.rego": {Data: []byte(good)}}, Kind: finding.KindRule}},
			Library: fstest.MapFS{"lib.rego": {Data: []byte(lib)}}})
		fmt.Println("== brokenlib", err)
		if e != nil { fmt.Println(e.Errors()) }
	}
	// trusted with no findings
	for _, tr := range []bool{true, false} {
		e, err := policy.Load(context.Background(), policy.Options{Trusted: tr, Folders: []policy.Folder{
			{FS: fstest.MapFS{"good/rule.rego": {Data: []byte(good)}, "bad/rule.rego": {Data: []byte(rule("bad", bodies["nofind"]))}}, Kind: finding.KindRule},
			{FS: fstest.MapFS{"good/rule.rego": {Data: []byte(good)}}, Kind: finding.KindRule},
			},
			Library: os.DirFS("../../policies/lib")})
		fmt.Println("== nofind/dup", tr, err)
		if e != nil { fmt.Println(e.Errors(), len(e.Catalog().Rules())) }
	}
	// timing
	endless := "findings contains lib.at(input, \"x\") if {\n\tsome a in numbers.range(1, 100000)\n\tsome b in numbers.range(1, 100000)\n\ta * b == -1\n}"
	e := load(t, map[string]string{"aa": rule("aa", endless), "bb": rule("bb", endless), "cc": rule("cc", endless), "good": good, "zz": rule("zz", endless)})
	for _, cancelEarly := range []bool{false, true} {
		v, _ := e.Prepare(nil)
		ctx, cancel := context.WithTimeout(context.Background(), 1*time.Second)
		if cancelEarly { time.AfterFunc(100*time.Millisecond, cancel) }
		t0 := time.Now()
		f, x := v.Eval(ctx, parse("FROM alpine\n"), func(string) bool { return true })
		fmt.Println("== timing", cancelEarly, time.Since(t0), f, x)
		cancel()
	}
}
