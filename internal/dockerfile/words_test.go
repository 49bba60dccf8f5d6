package dockerfile

import (
	"testing"

	"github.com/plimline/plimline/internal/source"
)

// TestUnfinishedWords: what BuildKit's lexer cannot get to the end of is refused at its place, "<" and ">" in the text.
func TestUnfinishedWords(t *testing.T) {
	const (
		double   = `the " that opens here is not closed`
		single   = "the ' that opens here is not closed"
		brace    = "the ${ that opens here is not closed"
		modifier = "BuildKit cannot expand this; behind the name of a variable there may be :- - :+ + :? ? # ## % %% / or //, and not "
		name     = "BuildKit cannot expand this; behind ${ there must be the name of a variable"
	)
	for _, tt := range []struct{ text, want string }{
		{`ENV A=<"x>`, double},
		{`ENV A=1 B='a\'b<' C=2>`, single},
		{`ENV A "é😀" <"x>`, double},
		{`ENV A="x" \` + "\n\tB=<\"y>", double},
		{`LABEL a=it<'s>`, single},
		{`LABEL a=<${X>`, brace},
		{`LABEL a="<${X">`, modifier + `"`},
		{`LABEL a=${X-<${Y>`, brace},
		{`LABEL a=<${X-$Y>`, brace},
		{`LABEL a=<${X:foo}>`, modifier + ":f"},
		{`LABEL a=<${X^^}>`, modifier + "^"},
		{`LABEL a=<${}>`, name},
		{`FROM alpine:<${X:1}>`, modifier + ":1"},
		{`FROM --platform=<${X^}> alpine`, modifier + "^"},
		{`COPY --chown=<${X!}> b c`, modifier + "!"},
		{`COPY <"a> b c`, double},
		{`EXPOSE <${X:1}>`, modifier + ":1"},
		{`ARG X=<${Y/}>`, "BuildKit cannot expand this; it has no second /"},
		{`WORKDIR <${X:1}>`, modifier + ":1"},
		{"COPY <<E b\n<${X:1}\n>E", modifier + ":1"},
		{`ONBUILD ENV A=<"x>`, double},
		// These are fine, or for somebody else to judge.
		{"COPY <<E b\n\"'\nE", ""}, {"COPY <<'E' b\n${X:1}\nE", ""}, {`RUN echo "${X:1} '`, ""}, {`CMD echo "${X`, ""}, {`ENV A=${X:?unset} B=${Y?} C=${Z:-"a"} D=${E%%[} F=\"`, ""},
		{`FROM a:${templateOption:variant}`, ""}, {`ENV A=$ B=$1 C=${X#*/} D=${X//a/b}`, ""},
	} {
		var text []byte
		var span source.Span
		for i := 0; i < len(tt.text); i++ {
			switch c := tt.text[i]; {
			case c == '<' && tt.want != "" && (i == 0 || tt.text[i-1] != '<') && (i+1 == len(tt.text) || tt.text[i+1] != '<'):
				span.Start = len(text)
			case c == '>' && tt.want != "":
				span.End = len(text)
			default:
				text = append(text, c)
			}
		}
		f := Parse(source.NewFile("Dockerfile", append(text, '\n')))
		switch {
		case tt.want == "" && len(f.Problems) > 0:
			t.Errorf("%s: %v", tt.text, f.Problems)
		case tt.want != "" && (len(f.Problems) != 1 || f.Problems[0].Message != tt.want || f.Problems[0].Span != span):
			t.Errorf("%s: got %v, want %s at %v", tt.text, f.Problems, tt.want, span)
		}
	}
}
