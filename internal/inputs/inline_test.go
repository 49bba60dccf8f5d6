package inputs

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

func only(tb testing.TB, path, content string) *Inline {
	tb.Helper()
	builds, err := read(source.NewFile(path, []byte(content)), vars)
	if err != nil || len(builds) == 0 || builds[0].Inline == nil {
		tb.Fatalf("%d builds, %v", len(builds), err)
	}
	return builds[0].Inline
}

// TestEdits: an edit of the Dockerfile is made in the file, or not at all.
func TestEdits(t *testing.T) {
	const head = "services:\n  a:\n    build:\n      dockerfile_inline: "
	block := head + "|\n        FROM alpine\n        RUN a\n\n        RUN b\n    image: x\n"
	for name, tt := range map[string]struct {
		path, file, old, text, want string // want is "" for none
	}{
		"a word":                    {file: block, old: "alpine", text: "debian", want: strings.Replace(block, "alpine", "debian", 1)},
		"a line":                    {file: block, old: "RUN a\n", text: "", want: strings.Replace(block, "        RUN a\n", "", 1)},
		"the last line":             {file: block, old: "RUN b\n", text: "", want: strings.Replace(block, "        RUN b\n", "", 1)},
		"all lines":                 {file: block, old: "FROM alpine\nRUN a\n\nRUN b\n", text: "FROM x\nUSER 1\n", want: head + "|\n        FROM x\n        USER 1\n    image: x\n"},
		"a line more":               {file: block, old: "RUN a\n", text: "RUN a\nRUN c\n", want: strings.Replace(block, "RUN a\n", "RUN a\n        RUN c\n", 1)},
		"an empty line":             {file: block, old: "RUN a\n", text: "RUN a\n\n", want: strings.Replace(block, "RUN a\n", "RUN a\n\n", 1)},
		"over lines":                {file: block, old: "a\n\nRUN b", text: "a && b", want: strings.Replace(block, "a\n\n        RUN b", "a && b", 1)},
		"behind the end":            {file: block, old: "", text: "USER 1\n", want: strings.Replace(block, "RUN b\n", "RUN b\n        USER 1\n", 1)},
		"a dollar":                  {file: block, old: "RUN a", text: "RUN $A", want: ""},
		"two dollars":               {file: block, old: "RUN a", text: "RUN $$A", want: ""},
		"CRLF":                      {file: strings.ReplaceAll(block, "\n", "\r\n"), old: "RUN a\n", text: "RUN a\nRUN c\n", want: strings.ReplaceAll(strings.Replace(block, "RUN a\n", "RUN a\n        RUN c\n", 1), "\n", "\r\n")},
		"in quotes":                 {file: head + `"FROM alpine\nRUN a\n"`, old: "alpine", text: "debian", want: head + `"FROM debian\nRUN a\n"`},
		"a quote in quotes":         {file: head + `"FROM alpine\nRUN a\n"`, old: "RUN a", text: `RUN "a"`, want: ""},
		"lines in quotes":           {file: head + `"FROM alpine\nRUN a\n"`, old: "RUN a\n", text: "", want: ""},
		"what a variable gives":     {file: head + "|\n        FROM x:${A}\n", old: "1", text: "2", want: ""},
		"beside a variable":         {file: head + "|\n        FROM x:${A}\n", old: "x", text: "y", want: head + "|\n        FROM y:${A}\n"},
		"folded":                    {file: head + ">\n        FROM x\n\n        RUN y\n", old: "x", text: "y", want: head + ">\n        FROM y\n\n        RUN y\n"},
		"lines in folded":           {file: head + ">\n        FROM x\n\n        RUN y\n", old: "RUN y\n", text: "", want: ""},
		"plain":                     {file: head + "FROM x", old: "x", text: "y", want: head + "FROM y"},
		"a comment in plain":        {file: head + "FROM x", old: "x", text: "y # z", want: ""},
		"an anchor used twice":      {file: head + "&x |\n        FROM x\n  b:\n    build:\n      dockerfile_inline: *x\n", old: "x", text: "y", want: head + "&x |\n        FROM y\n  b:\n    build:\n      dockerfile_inline: *x\n"},
		"a here-document":           {path: "docker-bake.hcl", file: "target \"a\" {\n  dockerfile-inline = <<E\nFROM x\nRUN y\nE\n}\n", old: "RUN y\n", text: "RUN z\nUSER 1\n", want: "target \"a\" {\n  dockerfile-inline = <<E\nFROM x\nRUN z\nUSER 1\nE\n}\n"},
		"an indented here-document": {path: "docker-bake.hcl", file: "target \"a\" {\n  dockerfile-inline = <<-E\n    FROM x\n    RUN y\n  E\n}\n", old: "RUN y\n", text: "RUN z\nUSER 1\n", want: "target \"a\" {\n  dockerfile-inline = <<-E\n    FROM x\n    RUN z\n    USER 1\n  E\n}\n"},
		"the here-document's end":   {path: "docker-bake.hcl", file: "target \"a\" {\n  dockerfile-inline = <<E\nFROM x\nRUN y\nE\n}\n", old: "RUN y\n", text: "E\n", want: ""},
		"JSON":                      {path: "docker-bake.json", file: `{"target": {"a": {"dockerfile-inline": "FROM x\nRUN y"}}}`, old: "x", text: "z", want: `{"target": {"a": {"dockerfile-inline": "FROM z\nRUN y"}}}`},
		"a quote in JSON":           {path: "docker-bake.json", file: `{"target": {"a": {"dockerfile-inline": "FROM x\nRUN y"}}}`, old: "x", text: `"`, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.path == "" {
				tt.path = "compose.yaml"
			}
			in := only(t, tt.path, tt.file)
			at := len(in.Text())
			if tt.old != "" {
				at = strings.Index(string(in.Text()), tt.old)
			}
			if at < 0 {
				t.Fatalf("no %q in %q", tt.old, in.Text())
			}
			edits, ok := in.Edits([]finding.Edit{{Span: source.Span{Start: at, End: at + len(tt.old)}, Text: tt.text}})
			got := ""
			if ok {
				changed, _ := finding.Apply([]byte(tt.file), edits)
				got = string(changed)
			}
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// FuzzScalar writes texts in every style of YAML: the places of bytes that stand as they are hold these bytes.
func FuzzScalar(f *testing.F) {
	for _, seed := range []string{
		"FROM alpine\nRUN a\n", "FROM x\n\n\nRUN b \\\n  c\n\n", "  indented\nless\n", "é🚀\t'q' \"d\" \\n\n", "# c\nFROM a: b\n", "a\r\nb\n", "x", " lead", "trail ",
		"FROM a\n\n  more\n\nless\n", "a\n \nb\n",
	} {
		for style := range uint8(6) {
			f.Add(seed, style)
		}
	}
	f.Fuzz(func(t *testing.T, value string, style uint8) {
		styles := []yaml.Style{0, yaml.LiteralStyle, yaml.FoldedStyle, yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle, yaml.FlowStyle}
		n := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
			{Kind: yaml.ScalarNode, Value: "key"},
			{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Style: styles[int(style)%len(styles)]},
			{Kind: yaml.ScalarNode, Value: "next"},
			{Kind: yaml.ScalarNode, Value: "1"},
		}}
		written, err := yaml.Marshal(n)
		if err != nil {
			t.Skip(err)
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(written, &doc); err != nil {
			t.Skip(err)
		}
		node := doc.Content[0].Content[1]
		file := source.NewFile("x.yaml", written)
		got, _ := scalar(file, node)
		if got.String() != node.Value {
			t.Fatalf("%q, want %q", got.String(), node.Value)
		}
		checkPlaces(t, newInline(file, got, styleOther, source.Span{}))
		if bytes.ContainsAny(written, "\r\x00") || strings.ContainsAny(value, "\u0085\u2028\u2029\ufeff") {
			return // line ends that libyaml and this package may see otherwise: the places are coarse then
		}
		distinct := map[source.Span]bool{}
		for i, at := range got.places {
			distinct[at] = true
			if text := file.Text(at); at.Len() == 1 && text != string(got.bytes[i:i+1]) && !(got.bytes[i] == ' ' && text == "\n") {
				t.Fatalf("byte %d of %q is at %v: %q\n%s", i, got.String(), at, text, written)
			}
		}
		if len(strings.Trim(value, "\n")) > 4 && len(distinct) == 1 {
			t.Errorf("no places for %q in\n%s", got.String(), written)
		}
	})
}

// FuzzRead: no input makes reading it crash or hang, and every place is one in the file.
func FuzzRead(f *testing.F) {
	heavy := regexp.MustCompile(`(?i)range|pow|format|indent|setproduct|\d{3}|\de`) // numbers of endless digits: the context is for those
	f.Add("compose.yaml", "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM ${X:-y}\n")
	f.Add("compose.yaml", "services: &a\n  x: {<<: *a, extends: x, build: {args: [A, B=1]}}\n")
	f.Add("docker-bake.hcl", "target \"a\" {\n  dockerfile-inline = <<-E\n    FROM x\n  E\n}\n")
	f.Add("docker-bake.hcl", "variable \"a\" { default = \"${b}\" }\ntarget \"a\" { matrix = { x = [1, 2] }\n name = \"a${x}\" }\n")
	f.Add("docker-bake.hcl", "function \"f\" {\n params = [x]\n result = f(x)\n}\ntarget \"a\" { context = f(1) }\n")
	f.Add("docker-bake.json", `{"target": {"a": {"dockerfile-inline": "FROM \ud83d\ude00\n"}}}`)
	f.Fuzz(func(t *testing.T, path, content string) {
		if path != "compose.yaml" && path != "docker-bake.hcl" && path != "docker-bake.json" || len(content) > 4000 || heavy.MatchString(content) {
			t.Skip()
		}
		builds, err := read(source.NewFile(path, []byte(content)), vars)
		if err != nil {
			return
		}
		for _, b := range builds {
			if b.Inline == nil {
				continue
			}
			checkPlaces(t, b.Inline)
			if n := len(b.Inline.Text()); n > 0 {
				b.Inline.Edits([]finding.Edit{{Span: source.Span{Start: n / 2, End: n}, Text: "X\nY"}})
			}
		}
	})
}

// TestPlaces: in every way to write a Dockerfile, with each end of lines and behind a byte order mark, its bytes are found.
func TestPlaces(t *testing.T) {
	const head, needle = "services:\n  a:\n    build:\n      context: .\n", "alpine:latest"
	hcl := func(value string) string { return "# é\ntarget \"a\" {\n  dockerfile-inline = " + value + "\n}\n" }
	for name, tt := range map[string]struct{ path, file string }{
		"block":               {"c.yaml", head + "      dockerfile_inline: |\n        # é 🚀\n        FROM alpine:latest\n    image: x\n"},
		"block, kept":         {"c.yaml", head + "      dockerfile_inline: |+\n\n        FROM alpine:latest\n\n\n    image: x\n"},
		"block, stripped":     {"c.yaml", head + "      dockerfile_inline: |- # why\n        ARG A=$$B ${X:-y}\n        FROM alpine:latest"},
		"block, indented":     {"c.yaml", head + "      dockerfile_inline: |2+\n          # é\n         FROM alpine:latest\n"},
		"block, a line later": {"c.yaml", head + "      dockerfile_inline: &x !!str\n        # why\n        |\n        FROM alpine:latest\n"},
		"folded":              {"c.yaml", head + "      dockerfile_inline: >\n        ARG\n        A\n\n        FROM alpine:latest\n\n        USER 1\n"},
		"folded, indented":    {"c.yaml", head + "      dockerfile_inline: >1-\n          ARG A\n       FROM alpine:latest\n"},
		"double quotes":       {"c.yaml", head + "      dockerfile_inline: \"# \\u00e9\\x41 🚀\\n\\\n        FROM alpine:latest\\n\\tUSER 1\"\n"},
		"double, over lines":  {"c.yaml", head + "      dockerfile_inline: \"# é\n\n        FROM alpine:latest\n\n        USER 1\"\n"},
		"single quotes":       {"c.yaml", head + "      dockerfile_inline: '# it''s é\n\n        FROM alpine:latest'\n"},
		"plain":               {"c.yaml", head + "      dockerfile_inline: ARG A\n\n        FROM alpine:latest\n\n        USER 1\n"},
		"flow":                {"c.yaml", "services: {a: {build: {dockerfile_inline: \"ARG A\\nFROM alpine:latest\"}}}\n"},
		"a complex key":       {"c.yaml", head + "      ? dockerfile_inline\n      : |\n        FROM alpine:latest\n"},
		"an anchor":           {"c.yaml", "x-d: &d |\n  FROM alpine:latest\n" + head + "      dockerfile_inline: *d\n"},
		"a merged map":        {"c.yaml", "x-d: &d\n  dockerfile_inline: |\n    FROM alpine:latest\n" + head + "      <<: *d\n"},
		"a default":           {"c.yaml", head + "      dockerfile_inline: |\n        FROM ${NOBODY:-alpine:latest}\n"},
		"JSON in YAML":        {"c.yaml", `{"services": {"a": {"build": {"dockerfile_inline": "# \t\nFROM alpine:latest"}}}}`},
		"heredoc":             {"b.hcl", hcl("<<E\n# é ${\"x\"} $${y} %%{z}\nFROM alpine:latest\nE")},
		"heredoc, indented":   {"b.hcl", hcl("<<-E\n      # é\n    ARG A=${\"x\"}\n\n      FROM alpine:latest\n    E")},
		"heredoc, tabs":       {"b.hcl", hcl("<<-E\n\t\tARG A\n\t\tFROM alpine:latest\n\tE")},
		"heredoc, condition":  {"b.hcl", hcl("<<-E\n    %{ if true ~}\n    FROM alpine:latest\n    %{ endif ~}\n    E")},
		"heredoc, stripped":   {"b.hcl", hcl("<<-E\n    # a ${~ \"b\" }\n    ${ \"# c\\n\" ~}\n\n    FROM alpine:latest\n    E")},
		"quotes":              {"b.hcl", hcl(`"# \u00e9 ${"x"}\nFROM alpine:latest\n"`)},
		"parentheses":         {"b.hcl", hcl("(<<E\nFROM alpine:latest\nE\n)")},
		"a condition":         {"b.hcl", hcl(`1 == 1 ? "FROM alpine:latest" : "FROM x"`)},
		"within a text":       {"b.hcl", hcl(`"FROM ${true ? "alpine:latest" : "x"}"`)},
		"JSON":                {"b.json", `{"target": {"a": {"dockerfile-inline": "# \u00e9 é \ud83d\ude00\nARG A=${\"x\"}\nFROM alpine:latest"}}}`},
	} {
		for ends, file := range map[string]string{"": tt.file, ", CRLF": strings.ReplaceAll(tt.file, "\n", "\r\n"), ", BOM": source.BOM + tt.file} {
			if ends == ", BOM" && tt.path == "b.json" {
				continue // no JSON for HCL
			}
			t.Run(name+ends, func(t *testing.T) {
				in := only(t, tt.path, file)
				checkPlaces(t, in)
				at := strings.Index(string(in.Text()), needle)
				if at < 0 {
					t.Fatalf("%q", in.Text())
				}
				want := strings.Index(file, needle)
				if got := in.Span(source.Span{Start: at, End: at + len(needle)}); got != (source.Span{Start: want, End: want + len(needle)}) {
					t.Errorf("%v, want %d: %q", got, want, file[got.Start:got.End])
				}
			})
		}
	}
}
