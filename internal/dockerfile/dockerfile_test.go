package dockerfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/source"
)

func parseText(text string) *File { return Parse(source.NewFile("Dockerfile", []byte(text))) }

// show lists an instruction's parts by the bytes of their spans.
func show(f *File, in *Instruction) []string {
	text := f.Source.Text
	out := []string{in.Name + " " + string(in.Form)}
	for _, x := range in.Flags {
		out = append(out, "flag "+text(x.Span))
		for _, y := range x.Fields {
			out = append(out, "field "+y.Key.Text+"="+text(y.Value.Span))
		}
	}
	for _, x := range in.Args {
		line := "arg " + text(x.Span)
		if text(x.Span) != x.Text {
			line += fmt.Sprintf(" is %q", x.Text)
		}
		out = append(out, line)
	}
	for _, x := range in.Pairs {
		line := "pair " + text(x.Key.Span)
		if x.HasValue {
			line += " := " + text(x.Value.Span)
		}
		if x.Legacy {
			line += " (legacy)"
		}
		out = append(out, line)
	}
	for _, x := range in.Heredocs {
		out = append(out, fmt.Sprintf("heredoc %s %q ends %s expand=%v", text(x.Operator), x.Content.String, text(x.Terminator), x.Expand))
	}
	if in.OnBuild != nil {
		for _, line := range show(f, in.OnBuild) {
			out = append(out, "onbuild "+line)
		}
	}
	return out
}

func TestInstructions(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"from  --platform=$BUILDPLATFORM golang:1.26 as Build", []string{"FROM words", "flag --platform=$BUILDPLATFORM", "arg golang:1.26", "arg as", "arg Build"}},
		{"COPY --from=a \\\n  --chown=1:1 x \\\n# why\n\n y/ /z", []string{"COPY words", "flag --from=a", "flag --chown=1:1", "arg x", "arg y/", "arg /z"}},
		{"COPY [\"a b\", \"c\"]", []string{"COPY exec", `arg "a b" is "a b"`, `arg "c" is "c"`}},
		{"CMD [\"\\u00e9\\\"\", \"\"]", []string{"CMD exec", `arg "\u00e9\"" is "é\""`, `arg "" is ""`}},
		{"CMD [ 'a' ]", []string{"CMD shell", "arg [ 'a' ]"}},
		{"RUN a \\\n && b", []string{"RUN shell", `arg a \` + "\n" + ` && b is "a  && b"`}},
		{"RUN --mount=type=cache,target=/x --mount=type=bind,\"source=a,b\" c", []string{"RUN shell", "flag --mount=type=cache,target=/x", "field type=cache", "field target=/x", "flag --mount=type=bind,\"source=a,b\"", "field type=bind", "field source=a", "field b=", "arg c"}},
		{"ENV A=1 B=\"x y\" C=d\\ e", []string{"ENV words", "pair A := 1", "pair B := \"x y\"", "pair C := d\\ e"}},
		{"ENV A b  c", []string{"ENV words", "pair A := b  c (legacy)"}},
		{"LABEL \"k\"=v", []string{"LABEL words", "pair \"k\" := v"}},
		{"ARG X Y=1 Z=", []string{"ARG words", "pair X", "pair Y := 1", "pair Z := "}},
		{"RUN <<EOF cat >/x\none\nEOF", []string{"RUN shell", "arg <<EOF cat >/x", `heredoc <<EOF "one\n" ends EOF expand=true`}},
		{"RUN <<-\"A\" <<B cat\n\tone\n\tA\n\ttwo\nB", []string{"RUN shell", `arg <<-"A" <<B cat`, `heredoc <<-"A" "one\n" ends A expand=false`, `heredoc <<B "\ttwo\n" ends B expand=true`}},
		{"ONBUILD COPY --from=x <<E /y\na\nE", []string{"ONBUILD words", "onbuild COPY words", "onbuild flag --from=x", "onbuild arg <<E", "onbuild arg /y", `onbuild heredoc <<E "a\n" ends E expand=true`}},
		{"HEALTHCHECK --interval=5s CMD curl  x", []string{"HEALTHCHECK shell", "flag --interval=5s", "arg CMD", "arg curl  x"}},
		{"HEALTHCHECK CMD [\"a\"]", []string{"HEALTHCHECK exec", "arg CMD", `arg "a" is "a"`}},
		{"HEALTHCHECK NONE", []string{"HEALTHCHECK shell", "arg NONE"}},
		{"EXPOSE 80/tcp\t81", []string{"EXPOSE words", "arg 80/tcp", "arg 81"}},
		{"VOLUME /a /b", []string{"VOLUME words", "arg /a", "arg /b"}},
		{"WORKDIR  /a b ", []string{"WORKDIR words", "arg /a b"}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			f := parseText(tt.text)
			if len(f.Instructions) != 1 {
				t.Fatalf("%d instructions", len(f.Instructions))
			}
			if diff := cmp.Diff(tt.want, show(f, f.Instructions[0])); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
		count      int // of instructions
	}{
		{"nothing", "", []string{`parse "": the file has no instructions`}, 0},
		{"comments", "# a\n\n", []string{`parse "": the file has no instructions`}, 0},
		{"unknown instruction", "FROM a\nRUNN x\nUSER y", []string{`parse "RUNN": unknown instruction: RUNN (did you mean RUN?)`}, 3},
		{"unknown flag", "FROM a\nCOPY --form=b c d", []string{`parse "--form=b": unknown flag: --form (did you mean --from?)`}, 2},
		{"too few arguments", "FROM a\nCOPY x", []string{`parse "COPY x": COPY requires at least two arguments, but only one was provided. Destination could not be determined`}, 2},
		{"no value", "FROM a\nENV X\nUSER y", []string{`parse "ENV X": ENV must have two arguments`}, 3},
		{"array of other things", "FROM a\nCMD [\"a\", 1]\n", []string{`parse "[\"a\", 1]": when using JSON array syntax, arrays must be comprised of strings only`}, 2},
		{"open heredoc", "FROM a\nRUN cat <<EOF\nx\n", []string{`parse "<<EOF": the here-document EOF is not closed`}, 2},
		{"before FROM", "RUN a\nARG b\nFROM c", []string{`parse "RUN": RUN stands before the first FROM`}, 3},
		{"a fragment is none", "RUN a\nUSER b", nil, 2},
		{"directive twice", "# escape=`\n# escape=`\nFROM a", []string{"parse \"# escape=`\": only one escape parser directive can be used"}, 1},
		{"bad escape", "# escape=x\nFROM a", []string{`parse "x": escape must be a backslash or a backtick`}, 1},
		{"template", "FROM {{ .X }}\nRUNN {{ .Y }}\n", []string{`template "{{ .X }}": this is a template ({{ .X }}), so what it builds cannot be known`}, 0},
		{"template control", "FROM a\n{% if x %}\nRUN b\n{% endif %}\n", []string{`template "{% if x %}": this is a template ({% if x %}), so what it builds cannot be known`}, 0},
		{"braces in commands", "FROM a\nRUN docker inspect -f '{{ .Id }}' x\nLABEL a=\"{{b}}\"\n", nil, 3},
		{"Latin-1", "FROM a\n# gr\xfc\xdfe\nUSER b\n", []string{"encoding \"\\xfc\": the file is not UTF-8 (byte 0xfc)"}, 2},
		{"binary", "FROM a\x00b\n", []string{`encoding "\x00": the file is binary (it has a NUL byte)`}, 0},
		{"UTF-16", "\xff\xfeF\x00", []string{`encoding "\xff\xfe": the file is UTF-16; BuildKit reads UTF-8`}, 0},
		{"nested ONBUILD", "FROM a\nONBUILD ONBUILD RUN b", []string{`parse "ONBUILD": chaining ONBUILD via ` + "`ONBUILD ONBUILD`" + ` isn't allowed`}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := parseText(tt.text)
			var got []string
			for _, p := range f.Problems {
				got = append(got, fmt.Sprintf("%s %q: %s", p.Kind, f.Source.Text(p.Span), p.Message))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if len(f.Instructions) != tt.count {
				t.Errorf("%d instructions, want %d", len(f.Instructions), tt.count)
			}
		})
	}
}

func TestCommentsAndDirectives(t *testing.T) {
	f := parseText("# syntax=x/y:1\n#Escape = `\n# one\nFROM a\n  # two\nRUN b `\n# three\n  c\n# four\n")
	var got []string
	for _, d := range f.Directives {
		got = append(got, fmt.Sprintf("%s=%s at %q", d.Name, d.Value, f.Source.Text(d.Span)))
	}
	for _, c := range f.Comments {
		got = append(got, fmt.Sprintf("%q next %d inside %v", f.Source.Text(c.Span), c.Next, c.Inside))
	}
	want := []string{
		`syntax=x/y:1 at "# syntax=x/y:1"`, "escape=` at \"#Escape = `\"",
		`"# one" next 0 inside false`, `"# two" next 1 inside false`, `"# three" next 1 inside true`, `"# four" next 2 inside false`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestExpand(t *testing.T) {
	values := map[string]string{"A": "1", "B": "$A", "E": ""}
	lookup := func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	tests := []struct{ text, want, used, missing string }{
		{"x", "x", "", ""},
		{"$A-${A}", "1-1", "A", ""},
		{"$B", "$A", "B", ""},
		{"golang:${V}-alpine", "golang:${V}-alpine", "", "V"},
		{"$V/$A", "$V/1", "A", "V"},
		{"${V:-d}", "d", "", ""},
		{"${E:-d}${E-d}", "d", "E", ""},
		{"${V:-$A}", "1", "A", ""},
		{"${A:+yes}${V:+no}", "yes", "A", ""},
		{"${V:-$W}", "$W", "", "W"},
		{"${A:-$W}${V:+$W}${E:+$W}", "1", "A E", ""},
		{"${V?oops}${V:?oops}", "${V?oops}${V:?oops}", "", "V"},
		{"${V%-*}:${V/a/b}", "${V%-*}:${V/a/b}", "", "V"},
		{"${A#$W}", "${A#$W}", "", "W"},
		{"${A%1}x${A/1/$B}", "x$A", "A B", ""},
		{"\"${V:-\"a b\"}\"'${V}'", "a b${V}", "", ""},
		{"$1$@", "$1$@", "", "1 @"},
		{"a\xffb$A", "a\uFFFDb1", "A", ""},
		{"'$A'\"$A\"\\$A", "$A1$A", "A", ""},
	}
	for _, tt := range tests {
		e, err := Expand(tt.text, '\\', lookup)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
		}
		got := []string{e.Text, strings.Join(e.Used, " "), strings.Join(e.Missing, " ")}
		if diff := cmp.Diff([]string{tt.want, tt.used, tt.missing}, got); diff != "" {
			t.Errorf("%s:\n%s", tt.text, diff)
		}
	}
	if _, err := Expand("${", '\\', lookup); err == nil {
		t.Error("${ gives no error")
	}
}

func TestRefs(t *testing.T) {
	f := parseText("FROM ${A:-b}/$C:'$D'\\$E${F\\\n}x\n")
	var got []string
	for _, r := range Refs(f.Instructions[0].Args[0], f.Escape) {
		got = append(got, fmt.Sprintf("%s %q default=%v", r.Name, f.Source.Text(r.Span), r.HasDefault))
	}
	want := []string{`A "${A:-b}" default=true`, `C "$C" default=false`, `F "${F\\\n}" default=false`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestFlagNames: BuildKit knows the flags that are suggested.
func TestFlagNames(t *testing.T) {
	for _, name := range instructionNames {
		for _, flag := range flagNames(name) {
			for _, p := range parseText(name + " --" + flag + "=1 a b\n").Problems {
				if strings.Contains(p.Message, "unknown flag") {
					t.Error(p.Message)
				}
			}
		}
	}
}
