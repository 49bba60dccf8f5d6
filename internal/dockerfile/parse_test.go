package dockerfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/source"
)

func parse(text string) *File { return Parse(source.NewFile("Dockerfile", []byte(text))) }

// outline says what each part of the tree holds and which bytes it points to.
func outline(f *File) []string {
	var out []string
	add := func(parts ...string) { out = append(out, strings.Join(parts, " ")) }
	at := func(s source.Span) string { return "<" + f.Source.Text(s) + ">" }
	for _, d := range f.Directives {
		add("directive", d.Name, d.Value, at(d.Span), at(d.NameSpan), at(d.ValueSpan))
	}
	var instruction func(in *Instruction)
	instruction = func(in *Instruction) {
		add(in.Name, string(in.Form), at(in.Keyword.Span))
		for _, x := range in.Flags {
			line := []string{"  flag", x.Name, at(x.Span), at(x.NameSpan)}
			if x.HasValue {
				line = append(line, "=", x.Value.Text, at(x.Value.Span))
			}
			add(line...)
			for _, p := range x.Fields {
				add("    field", p.Key.Text, "=", p.Value.Text, at(p.Span), at(p.Key.Span), at(p.Value.Span))
			}
		}
		for _, w := range in.Args {
			add("  arg", w.Text, at(w.Span))
		}
		for _, p := range in.Pairs {
			kind := "  pair"
			if p.Legacy {
				kind = "  legacy pair"
			}
			add(kind, p.Key.Text, at(p.Key.Span), "=", p.Value.Text, at(p.Value.Span))
		}
		for _, h := range in.Heredocs {
			kind := "  heredoc"
			if !h.Expand {
				kind = "  quoted heredoc"
			}
			add(kind, h.Name, at(h.Operator), at(h.Body), at(h.Terminator), "content", h.Content.String)
		}
		if in.OnBuild != nil {
			instruction(in.OnBuild)
		}
	}
	for _, in := range f.Instructions {
		instruction(in)
	}
	for _, c := range f.Comments {
		line := []string{"comment", c.Text, at(c.Span)}
		if c.Inside {
			line = append(line, "inside")
		}
		if c.Next < len(f.Instructions) {
			line = append(line, f.Instructions[c.Next].Name)
		}
		add(line...)
	}
	for _, p := range f.Problems {
		add("problem", string(p.Kind), at(p.Span), p.Message)
	}
	return out
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"FROM", "FROM --platform=$BUILDPLATFORM golang:1.26 \\\n\tAS build # x\n", []string{
			"FROM words <FROM>",
			"  flag platform <--platform=$BUILDPLATFORM> <--platform> = $BUILDPLATFORM <$BUILDPLATFORM>",
			"  arg golang:1.26 <golang:1.26>", "  arg AS <AS>", "  arg build <build>", "  arg # <#>", "  arg x <x>",
			"problem parse <FROM --platform=$BUILDPLATFORM golang:1.26 \\\n\tAS build # x> FROM requires either one or three arguments",
		}},
		{"a byte order mark, CRLF and backtick", "\xEF\xBB\xBF# escape = ` \r\n#check=skip=all\r\nFROM a`\r\nb\r\nCOPY c `\r\n  d:\\e\r\n", []string{
			"directive escape ` <# escape = `> <escape> <`>", "directive check skip=all <#check=skip=all> <check> <skip=all>",
			"FROM words <FROM>", "  arg ab <a`\r\nb>", "COPY words <COPY>", "  arg c <c>", `  arg d:\e <d:\e>`,
		}},
		{"comments and blank lines within an instruction", "FROM a\n# one\n\nRUN b \\\n  # two\n\n# three\n c\n#four\n", []string{
			"FROM words <FROM>", "  arg a <a>", "RUN shell <RUN>", "  arg b  c <b \\\n  # two\n\n# three\n c>",
			"comment one <# one> RUN", "comment two <# two> inside RUN", "comment three <# three> inside RUN", "comment four <#four>",
		}},
		{"heredocs", "FROM a\nRUN <<A cat <<-'B' >x && \\\n y\n# no comment\n\tA\nA\n\tb\n\tB\nCMD c\n", []string{
			"FROM words <FROM>", "  arg a <a>",
			"RUN shell <RUN>", "  arg <<A cat <<-'B' >x &&  y <<<A cat <<-'B' >x && \\\n y>",
			"  heredoc A <<<A> <# no comment\n\tA\n> <A> content # no comment\n\tA\n",
			"  quoted heredoc B <<<-'B'> <\tb\n> <B> content b\n",
			"CMD shell <CMD>", "  arg c <c>",
		}},
		{"what only looks like a heredoc", "FROM a\nRUN echo '<<A' $((1<<2)) \"<<B\"\nRUN [\"<<C\"]\nCMD <<D\n", []string{
			"FROM words <FROM>", "  arg a <a>", "RUN shell <RUN>", `  arg echo '<<A' $((1<<2)) "<<B" <echo '<<A' $((1<<2)) "<<B">`,
			"RUN exec <RUN>", `  arg <<C <"<<C">`, "CMD shell <CMD>", "  arg <<D <<<D>",
		}},
		{"an open heredoc is one problem", "FROM a\nRUN <<EOF\n apt-get\n foo\nUSER b\nRUN <<X\n", []string{
			"FROM words <FROM>", "  arg a <a>", "RUN shell <RUN>", "  arg <<EOF <<<EOF>", "USER words <USER>", "  arg b <b>",
			"RUN shell <RUN>", "  arg <<X <<<X>",
			"problem parse <<<EOF> the here-document EOF is not closed", "problem parse <<<X> the here-document X is not closed",
		}},
		{"ONBUILD", "FROM a\nONBUILD RUN --mount=type=ssh <<E\nx\nE\nONBUILD COPY --form=a b c\nONBUILD RN x\nONBUILD FROM y\n", []string{
			"FROM words <FROM>", "  arg a <a>",
			"ONBUILD words <ONBUILD>", "RUN shell <RUN>", "  flag mount <--mount=type=ssh> <--mount> = type=ssh <type=ssh>",
			"    field type = ssh <type=ssh> <type> <ssh>", "  arg <<E <<<E>", "  heredoc E <<<E> <x\n> <E> content x\n",
			"ONBUILD words <ONBUILD>", "COPY words <COPY>", "  flag form <--form=a> <--form> = a <a>", "  arg b <b>", "  arg c <c>",
			"ONBUILD words <ONBUILD>", "RN words <RN>", "ONBUILD words <ONBUILD>", "FROM words <FROM>", "  arg y <y>",
			"problem parse <--form=a> unknown flag: --form (did you mean --from?)",
			"problem parse <RN> unknown instruction: RN (did you mean RUN?)",
			"problem parse <FROM> FROM isn't allowed as an ONBUILD trigger",
		}},
		{"JSON", "FROM a\nCMD [ \"a b\",\"\\u00e9\\n\\ud83d\\ude00\" , \"\" ]\nCOPY [\"x y\", \\\n  \"z\"]\nCMD [\"a\",]\nRUN [1]\nSHELL []\nCMD [\n", []string{
			"FROM words <FROM>", "  arg a <a>", "CMD exec <CMD>", `  arg a b <"a b">`, "  arg é\n😀 <\"\\u00e9\\n\\ud83d\\ude00\">", `  arg  <"">`,
			"COPY exec <COPY>", `  arg x y <"x y">`, `  arg z <"z">`, "CMD shell <CMD>", `  arg ["a",] <["a",]>`, "RUN shell <RUN>", "  arg [1] <[1]>",
			"SHELL exec <SHELL>", "CMD shell <CMD>", "  arg [ <[>",
			"problem parse <[1]> when using JSON array syntax, arrays must be comprised of strings only",
			"problem parse <SHELL []> SHELL requires at least one argument",
		}},
		{"pairs", "FROM a\nENV A=1 B=\"x y\" C=d\\ e\nENV K  v w \nLABEL \"k\"='v'\nARG X Y= Z=\"1\"\nENV =1\nENV A\nLABEL a=b c\n", []string{
			"FROM words <FROM>", "  arg a <a>",
			"ENV words <ENV>", "  pair A <A> = 1 <1>", `  pair B <B> = "x y" <"x y">`, `  pair C <C> = d\ e <d\ e>`,
			"ENV words <ENV>", "  legacy pair K <K> = v w <v w>", "LABEL words <LABEL>", `  pair "k" <"k"> = 'v' <'v'>`,
			"ARG words <ARG>", "  pair X <X> =  <>", "  pair Y <Y> =  <>", `  pair Z <Z> = "1" <"1">`,
			"ENV words <ENV>", "  pair  <> = 1 <1>", "ENV words <ENV>", "  legacy pair A <A> =  <>",
			"LABEL words <LABEL>", "  pair a <a> = b <b>", "  pair c <c> =  <>",
			"problem parse <=1> ENV names can not be blank", "problem parse <ENV A> ENV must have two arguments",
			`problem parse <c> can't find = in "c": must be of the form name=value`,
		}},
		{"flags", "FROM a\nCOPY --from=\"b c\" --ch\\own='1:2' --link -- --d e\nRUN --mount=type=bind,\"source=a,b\",Target=/x,ro --mount='type=cache,id=y' z\n", []string{
			"FROM words <FROM>", "  arg a <a>", "COPY words <COPY>", `  flag from <--from="b c"> <--from> = b c <"b c">`,
			`  flag chown <--ch\own='1:2'> <--ch\own> = 1:2 <'1:2'>`, "  flag link <--link> <--link>", "  arg --d <--d>", "  arg e <e>",
			"RUN shell <RUN>", `  flag mount <--mount=type=bind,"source=a,b",Target=/x,ro> <--mount> = type=bind,source=a,b,Target=/x,ro <type=bind,"source=a,b",Target=/x,ro>`,
			"    field type = bind <type=bind> <type> <bind>", "    field source = a <source=a> <source> <a>", "    field b =  <b> <b> <>",
			"    field target = /x <Target=/x> <Target> </x>", "    field ro =  <ro> <ro> <>",
			"  flag mount <--mount='type=cache,id=y'> <--mount> = type=cache,id=y <'type=cache,id=y'>",
			"    field type = cache <type=cache> <type> <cache>", "    field id = y <id=y> <id> <y>", "  arg z <z>",
			`problem parse <--mount=type=bind,"source=a,b",Target=/x,ro> invalid field 'b' must be a key=value pair`,
		}},
		{"a quoted field", "RUN --mount='type=bind,\"source=a,b\",\"target=\"\"c\"\"\"' x\n", []string{
			"RUN shell <RUN>", `  flag mount <--mount='type=bind,"source=a,b","target=""c"""'> <--mount> = type=bind,"source=a,b","target=""c""" <'type=bind,"source=a,b","target=""c"""'>`,
			"    field type = bind <type=bind> <type> <bind>", `    field source = a,b <"source=a,b"> <source> <a,b>`,
			`    field target = "c" <"target=""c"""> <target> <""c"">`, "  arg x <x>",
		}},
		{"values BuildKit refuses", "FROM a AS 1\nRUN --mount=type=cash x\nRUN --mount=from=$X x\nRUN --network=y x\nRUN --mount=type=$T,target=$D x\nHEALTHCHECK --interval=5 CMD x\nHEALTHCHECK --retries=x CMD x\nCOPY --link=no a b\nCOPY --link --link a b\nCOPY a\nHEALTHCHECK FOO x\nVOLUME [\" \"]\nCOPY a <<E\nx\nE\n", []string{
			"problem parse <1> invalid name for build stage: \"1\", name can't start with a number or contain symbols",
			`problem parse <--mount=type=cash> unsupported mount type "cash" (did you mean cache?)`,
			"problem parse <--mount=from=$X> 'from' doesn't support variable expansion, define alias stage instead",
			`problem parse <--network=y> invalid network mode "y"`,
			`problem parse <--interval=5> missing unit in duration "5"`,
			`problem parse <--retries=x> "x" is not a number`,
			"problem parse <--link=no> expecting boolean value for flag --link, not: no",
			"problem parse <--link> duplicate flag specified: --link",
			"problem parse <COPY a> COPY requires at least two arguments, but only one was provided. Destination could not be determined",
			`problem parse <FOO> unknown type "FOO" in HEALTHCHECK (try CMD)`,
			`problem parse <" "> VOLUME specified can not be an empty string`,
			"problem parse <<<E> COPY cannot accept a heredoc as a destination",
		}},
		{"misplaced and unknown", "ARG A\nRUN x\nfoo\nFROM a\nRUNN x\n", []string{
			"ARG words <ARG>", "  pair A <A> =  <>", "RUN shell <RUN>", "  arg x <x>", "FOO words <foo>", "FROM words <FROM>", "  arg a <a>", "RUNN words <RUNN>",
			"problem parse <RUN> RUN stands before the first FROM", "problem parse <foo> unknown instruction: foo (did you mean from?)",
			"problem parse <RUNN> unknown instruction: RUNN (did you mean RUN?)",
		}},
		{"no FROM", "RUN x\nCMD [\"y\"]\n", []string{"RUN shell <RUN>", "  arg x <x>", "CMD exec <CMD>", `  arg y <"y">`}},
		{"empty", "", []string{"problem parse <> the file has no instructions"}},
		{"comments only", "# a\n\n", []string{"comment a <# a>", "problem parse <> the file has no instructions"}},
		{"a lone continuation", "FROM a\n\\\n# x\n", []string{
			"FROM words <FROM>", "  arg a <a>", " words <>", "comment x <# x> inside ", "problem parse <\\> line continuation without an instruction"}},
		{"a continuation at the end", "FROM a\\\n", []string{"FROM words <FROM>", "  arg a <a>"}},
		{"directives", "# syntax=a\n# syntax=b\n# escape=x\n# check=y\n\n# escape=`\nFROM a\n", []string{
			"directive syntax a <# syntax=a> <syntax> <a>", "directive escape x <# escape=x> <escape> <x>", "directive check y <# check=y> <check> <y>",
			"FROM words <FROM>", "  arg a <a>", "comment escape=` <# escape=`> FROM",
			"problem parse <# syntax=b> only one syntax parser directive can be used",
			"problem parse <x> escape must be a backslash or a backtick",
		}},
		{"another kind of text", "package main\n\nimport x\n", []string{
			"PACKAGE words <package>", "IMPORT words <import>", "problem parse <package> unknown instruction: package"}},
		{"Latin-1", "# caf\xe9\nFROM a\nRUN b \xe9\n", []string{
			"FROM words <FROM>", "  arg a <a>", "RUN shell <RUN>", "  arg b ? <b \xe9>", "comment caf? <# caf\xe9> FROM", "problem encoding <\xe9> the file is not UTF-8 (byte 0xe9)"}},
		{"UTF-16", "\xff\xfeF\x00R\x00", []string{"problem encoding <\xff\xfe> the file is UTF-16; BuildKit reads UTF-8"}},
		{"binary", "FROM a\n\x00", []string{"problem encoding <\x00> the file is binary (it has a NUL byte)"}},
		{"flags that are not ASCII", "FROM a\nCOPY --from=é a b\nHEALTHCHECK NONE\n", []string{
			"FROM words <FROM>", "  arg a <a>", "COPY words <COPY>", "  flag from <--from=é> <--from> = é <é>", "  arg a <a>", "  arg b <b>",
			"HEALTHCHECK shell <HEALTHCHECK>", "  arg NONE <NONE>"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := outline(parse(test.text))
			if strings.HasPrefix(test.want[0], "problem") {
				var problems []string
				for _, line := range got {
					if strings.HasPrefix(line, "problem") {
						problems = append(problems, line)
					}
				}
				got = problems
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestTemplate(t *testing.T) {
	for _, test := range []struct{ text, action string }{
		{"FROM {{ .Base }}\nRUNN {{ if }}\n", "{{ .Base }}"},
		{"FROM a:<%= version %>\n", "<%= version %>"},
		{"FROM %%BASE%%\n", "%%BASE%%"},
		{"{{ if .X }}\nFROM a\n{{ end }}\n", "{{ if .X }}"},
		{"FROM a\n{% if b %}\nRUN c\n{% endif %}\n", "{% if b %}"},
		{"FROM a\n{{#files}}\n  COPY '{{source}}' x\n{{/files}}\n", "{{#files}}"},
		{"FROM a\nENV A=1 \\\n{{ .More }}\n", "{{ .More }}"},
		{"FROM a\nRUN a \\\n {{- if .B }} \\\n && b \\\n {{- end }} \\\n && c\n", "{{- if .B }}"},
		{"FROM a\nHEALTHCHECK --interval={{.I}} CMD x\n", "{{.I}}"},
		{"FROM a\nRUN {{Insert(\"x\", [\n \"k\": 1\n])}}\n", "{{Insert(\"x\", [\n \"k\": 1\n])}}"},
		{"FROM a\nONBUILD {{x}} y\n", "{{x}}"},
		{"FROM a\nRUN docker inspect --format '{{.Id}}' x\nRUN go list -f {{.Dir}}\nLABEL t={{x}}\n# {{ c }}\nRUN date +%%Y%%\n", ""},
		{"FROM a\nRUNN docker inspect -f '{{.Id}}' x\n", ""},
		{"FROM a\nRUN <<EOF\n{{ if x }}\nEOF\n", ""},
		{"FROM a\nRUN printf %% && echo @@ && git log --format='%aN <%aE>'\n", ""},
		{"FROM a\nCOPY --form={{x}} a b\n", ""},
	} {
		f := parse(test.text)
		if f.Template != (test.action != "") {
			t.Errorf("%q: template %v, problems %v", test.text, f.Template, f.Problems)
		}
		if f.Template && (len(f.Problems) != 1 || f.Source.Text(f.Problems[0].Span) != test.action) {
			t.Errorf("%q: problems %v", test.text, f.Problems)
		}
	}
}

func TestLongLines(t *testing.T) {
	long := strings.Repeat("x", maxLine)
	for _, test := range []struct {
		name, text, at string
		count          int
	}{
		{"as long as BuildKit takes", "FROM a\nRUN " + long[4:] + "\nCMD b\n", "", 3},
		{"an instruction", "FROM a\nRUN " + long + "\nCMD b\n", "RUN " + long, 3},
		{"a continued line", "FROM a\nRUN a \\\n" + long + "x\nCMD b\n", "RUN a \\\n" + long + "x", 3},
		{"a heredoc", "FROM a\nRUN <<E\n" + long + "x\nE\nCMD b\n", "RUN <<E\n" + long + "x\nE", 3},
		{"a comment", "FROM a\n#" + long + "\nCMD b\n", "#" + long, 2},
		{"a comment within", "FROM a\nRUN c \\\n#" + long + "\n d\nCMD b\n", "RUN c \\\n#" + long + "\n d", 3},
	} {
		f := parse(test.text)
		if accepted := buildkitAccepts(f.Source); accepted != (test.at == "") {
			t.Errorf("%s: BuildKit accepts: %v", test.name, accepted)
		}
		if len(f.Instructions) != test.count || f.Instructions[0].Problem != nil || f.Instructions[len(f.Instructions)-1].Problem != nil {
			t.Errorf("%s: %d instructions", test.name, len(f.Instructions))
		}
		if test.at == "" {
			if len(f.Problems) > 0 {
				t.Errorf("%s: %v", test.name, f.Problems)
			}
			continue
		}
		if len(f.Problems) != 1 || f.Source.Text(f.Problems[0].Span) != test.at || !strings.Contains(f.Problems[0].Message, "65535") {
			t.Errorf("%s: %v", test.name, f.Problems)
		}
	}
}
