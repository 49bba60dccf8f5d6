package shell_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
)

// heredocRun is a RUN with heredocs as the file has it: its line, then bodies and delimiters.
func heredocRun(f *source.File, names ...string) (source.Text, []shell.Heredoc) {
	line := f.LineSpan(1)
	body := source.NewText(f, source.Span{Start: line.Start + len("RUN "), End: line.End})
	var out []shell.Heredoc
	n := 2
	for _, name := range names {
		start := f.LineSpan(n).Start
		for strings.TrimLeft(f.Text(f.LineSpan(n)), "\t") != name {
			n++
		}
		out = append(out, shell.Heredoc{Name: name, Content: source.NewText(f, source.Span{Start: start, End: f.LineSpan(n).Start})})
		n++
	}
	return body, out
}

func TestParseRun(t *testing.T) {
	for _, c := range []struct {
		file    string
		names   string
		dialect shell.Dialect
		want    [][]string
	}{
		{"RUN <<EOF\ncd a\ngo build $X\nEOF\n", "EOF", "", [][]string{{`cd: cd a then ;`, `go: go build $X~ in(a)`}}},
		{"RUN <<-'EOF'\n\tx\n\tEOF\n", "EOF", "", [][]string{{`x: x`}}},
		{"RUN <<EOF\n#!/usr/bin/env -S bash -e\nx\nEOF\n", "EOF", "pwsh", [][]string{{`x: x`}}},
		{"RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF\n", "EOF", "", [][]string{{`opaque: python3 is not a shell plimline reads`}}},
		{"RUN <<EOF\nWrite-Host x\nEOF\n", "EOF", "powershell", [][]string{{`opaque: powershell is not a shell plimline reads`}}},
		{"RUN <<EOF\nif\nEOF\n", "EOF", "", [][]string{{"opaque: `if` must be followed by a statement list"}}},
		{"RUN bash -e <<EOF\na $X \"\\$Y\"\nb $(c)\nEOF\n", "EOF", "",
			[][]string{{`bash: bash -e to(<<EOF)`, `c: c depth1`}, {`a: a $X~ $Y~ depth1 then ;`, `b: b $(c)~ depth1`}}},
		{"RUN bash <<'EOF'\na $X\nEOF\n", "EOF", "", [][]string{{`bash: bash to(<<EOF)`}, {`a: a $X~ depth1`}}},
		{"RUN export A=1 && cd b && cat <<EOF | tee f | sudo sh -s x\na\nEOF\n", "EOF", "", [][]string{
			{`export: export A=1 then &&`, `cd: cd b env(A=1) then &&`, `cat: cat to(<<EOF) env(A=1) in(b) pipe0/3 then |`,
				`tee: tee f env(A=1) in(b) pipe1/3 then |`, `sh: sh -s x by(sudo) env(A=1) in(b) pipe2/3`},
			{`a: a env(A=1) in(b) depth1`}}},
		{"RUN cat <<EOF > /f\na $(b)\nEOF\n", "EOF", "", [][]string{{`cat: cat to(<<EOF >/f)`, `b: b depth1`}}},
		{"RUN python3 <<EOF\nimport os\nEOF\n", "EOF", "", [][]string{{`python3: python3 to(<<EOF)`}}},
		{"RUN bash x.sh <<EOF\na\nEOF\n", "EOF", "", [][]string{{`bash: bash x.sh to(<<EOF)`}}},
		{"RUN <<A cat > f && sh <<B 3<<C\na\nA\nb\nB\nc\nC\n", "A B C", "",
			[][]string{{`cat: cat to(<<A >f) then &&`, `sh: sh to(<<B 3<<C)`}, {`b: b depth1`}}},
		{"RUN <<EOF\nbash <<X\na\nX\nb\nEOF\n", "EOF", "", [][]string{{`bash: bash to(<<X) then ;`, `b: b`}, {`a: a depth1`}}},
		{"RUN x", "", "", [][]string{{`x: x`}}},
	} {
		f := source.NewFile("f", []byte(c.file))
		body, heredocs := heredocRun(f, strings.Fields(c.names)...)
		var got [][]string
		for _, s := range shell.ParseRun(body, heredocs, c.dialect) {
			got = append(got, showAll(s))
			for _, cmd := range s.Commands {
				if !strings.HasPrefix(f.Text(cmd.Span), cmd.Arg(0)) && len(cmd.Wrappers) == 0 && cmd.Redirects == nil {
					t.Errorf("%q: %s stands at %q", c.file, cmd.Name, f.Text(cmd.Span))
				}
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.file, diff)
		}
	}
}

func TestParseExec(t *testing.T) {
	content := `RUN ["env", "A=1", "sh", "-c", "x 'y z' && \"w\""]`
	f := source.NewFile("f", []byte(content))
	at := func(s string) int { return strings.Index(content, s) }
	var words []shell.ExecWord
	for _, s := range []string{"env", "A=1", "sh", "-c"} {
		start := at(`"` + s)
		words = append(words, shell.ExecWord{
			Text: s, Span: source.Span{Start: start, End: start + len(s) + 2},
			Map: source.NewText(f, source.Span{Start: start + 1, End: start + 1 + len(s)}),
		})
	}
	var b source.Builder
	b.Add(`x 'y z' && `, at("x '"))
	b.Add(`"w`, at(`"w\`))
	b.Add(`"`, at(`""]`))
	last := shell.ExecWord{Text: b.Text().String, Span: source.Span{Start: at(`"x '`), End: at(`]`)}, Map: b.Text()}

	s := shell.ParseExec(append(words, last))
	want := []string{`sh: sh -c "x 'y z' && \"w\"" by(env A=1) with(A=1)`, `x: x "y z" env(A=1) depth1 then &&`, `w: w env(A=1) depth1`}
	if diff := cmp.Diff(want, showAll(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i, want := range []string{content[4:], `x 'y z'`, `"w\"`} {
		if i == 0 {
			want = content[at(`"env`):at("]")]
		}
		if got := f.Text(s.Commands[i].Span); got != want {
			t.Errorf("command %d stands at %q, want %q", i, got, want)
		}
	}
	if got := f.Text(s.Commands[0].Assigns[0].Value.Span); got != "1" {
		t.Errorf("the value of A stands at %q", got)
	}

	last.Map = source.Text{} // cannot be mapped: all is where the string is
	s = shell.ParseExec(append(words, last))
	if diff := cmp.Diff(want, showAll(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := s.Commands[1].Span; got != last.Span {
		t.Errorf("command 1 stands at %v, want %v", got, last.Span)
	}
	if s := shell.ParseExec(nil); len(s.Commands) != 0 {
		t.Error("an empty array has commands")
	}
	for text, want := range map[string]string{`C:\Go\bin\go.EXE`: "go", "/bin/[": "[", "a/": ""} {
		if got := shell.ParseExec([]shell.ExecWord{{Text: text}}).Commands[0].Name; got != want {
			t.Errorf("the name of %s is %q, want %q", text, got, want)
		}
	}
}

func TestDialectOf(t *testing.T) {
	for words, want := range map[string]shell.Dialect{
		"":                            "",
		"/bin/sh -c":                  shell.Sh,
		"/bin/bash -o pipefail -c":    shell.Bash,
		"/usr/bin/env bash":           shell.Bash,
		"/usr/bin/env -S A=1 bash -e": shell.Bash,
		"busybox ash":                 shell.Ash,
		"/bin/busybox sh -c":          shell.Sh,
		"/sbin/tini -- ksh93":         shell.Ksh,
		"conda run -n x /bin/bash -c": shell.Bash,
		"powershell -Command":         shell.PowerShell,
		"PowerShell.exe -Command":     shell.PowerShell,
		`C:\Windows\cmd.EXE /S /C`:    shell.Cmd,
		"pwsh":                        shell.Pwsh,
		"python3 -u":                  "python3",
	} {
		if got := shell.DialectOf(strings.Fields(words)); got != want {
			t.Errorf("DialectOf(%s) is %q, want %q", words, got, want)
		}
	}
}

// TestMapped reads a text with a continuation and a comment taken out.
func TestMapped(t *testing.T) {
	content := "RUN export A=\"x\\\n# comment\ny\" && \\\n  go bu\\\nild > 'o ut'\n"
	f := source.NewFile("f", []byte(content))
	at := func(s string) int { return strings.Index(content, s) }
	var b source.Builder
	b.Add(`export A="x`, at("export"))
	b.Add(`y" && `, at(`y"`))
	b.Add(`  go bu`, at("  go"))
	b.Add(`ild > 'o ut'`, at("ild"))
	s := shell.Parse(b.Text(), "")
	check(t, source.NewFile("f", []byte(content)), &shell.Script{Span: s.Span, Commands: s.Commands[:1]}, true)
	export, build := s.Commands[0], s.Commands[1]
	for _, c := range []struct {
		span source.Span
		want string
	}{
		{s.Span, strings.TrimSuffix(content[4:], "\n")},
		{export.Span, "export A=\"x\\\n# comment\ny\""},
		{build.Env[0].Value.Span, "\"x\\\n# comment\ny\""},
		{build.Span, "go bu\\\nild > 'o ut'"},
		{build.Words[1].Span, "bu\\\nild"},
		{build.Words[1].Text.Span(1, 4), "u\\\nil"},
		{build.Redirects[0].Target.Span, "'o ut'"},
		{build.Redirects[0].Target.Text.Span(0, 1), "o"},
	} {
		if got := f.Text(c.span); got != c.want {
			t.Errorf("%v is %q, want %q", c.span, got, c.want)
		}
	}
}

func TestVars(t *testing.T) {
	in := `case "$A" in $B) x ${C:-d $E};; esac; for i in $F; do [[ $G == "${H}" ]]; done; sh -c "echo $I \$J"; cat <<X
$K \$no
X
echo '$no' $((L + $M)) $(echo "$N") ${O=p} ${#Q} $1`
	s := shell.Parse(text(in), "")
	var got []string
	for _, v := range s.Vars {
		out := in[v.Span.Start:v.Span.End]
		if v.Quoted {
			out += " quoted"
		}
		if v.HasDefault {
			out += " or " + v.Default
		}
		got = append(got, v.Name+" "+out)
	}
	want := []string{"A $A quoted", "B $B", "C ${C:-d $E} or d $E", "E $E", "F $F", "G $G", "H ${H} quoted", "I $I quoted", "J $J",
		"K $K quoted", "M $M", "N $N quoted", "O ${O=p} or p", "Q ${#Q}", "1 $1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := s.Commands[0].Words[1].Vars; len(got) != 2 || got[1].Name != "E" {
		t.Errorf("the word has the variables %v", got)
	}
}

func BenchmarkParse(b *testing.B) {
	in := text(`set -eux; apt-get update && apt-get install -y --no-install-recommends ca-certificates "git=$VERSION" curl  && ` +
		`rm -rf /var/lib/apt/lists/*; cd /src && CGO_ENABLED=0 GOOS=${TARGETOS:-linux} go build -trimpath -ldflags "-s -w" -o /out/app ./cmd/app`)
	b.ReportAllocs()
	for b.Loop() {
		shell.Parse(in, "sh")
	}
}
