package shell_test

import (
	"testing"

	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "A=1 go build -o \"x y\" ./... > log 2>&1", "cd /a && (cd b; make) || true & x",
		`sh -c "echo '$X' && go build -o \"x y\""`, "if [ -f x ]; then export A=1; else unset A; fi; y",
		"for i in a b; do echo $i; done; while read x; do y; done < z", "echo `date \\`id\\`` $(( i++ )) ${X:-$(y)}",
		"env -u X -i -S 'A=1 go build' x; xargs -n1 time nice -n 5 timeout 3 go", "bash <<EOF | tee f\ngo build $X\nEOF\ncat <<'E' | sh\nx\nE\n",
		"foo\\\n bar 'a\\\nb' \"a\\\nb\" $'a\\x41\\n' {a,b} ~/x *.go [a-z]", "f() { cd x; }; case $X in a|b) c;; *) d ;& esac",
		"set -a; A=1; export -n A; declare -x B=(1 2) C+=x; read D; eval 'x; y' z; pushd a; popd", "a |& b; coproc c; time -p d; [[ $X == y* ]] && ((x = 1))",
		"su - me -c \"go build\"; eval eval eval x; bash <<< 'x $Y'", "echo \xff; a\r\nb \\\r\n c", "\x00a \x00'\x00'",
	} {
		f.Add(s, byte(0))
		f.Add(s, byte(3))
	}
	f.Fuzz(func(t *testing.T, s string, gap byte) {
		// The text begins somewhere in the file, and a piece of the file within it is not part of it.
		const before, between = "RUN ", " \\\n# inner\n"
		at := len(s) * int(gap) / 256
		file := source.NewFile("f", []byte(before+s[:at]+between+s[at:]))
		var b source.Builder
		b.Add(s[:at], len(before))
		b.Add(s[at:], len(before)+at+len(between))
		if gap == 0 {
			file = source.NewFile("f", []byte(before+s))
			b = source.Builder{}
			b.Add(s, len(before))
		}
		for _, dialect := range []shell.Dialect{"", shell.Zsh} {
			check(t, file, shell.Parse(b.Text(), dialect), true)
		}

		// The same as a heredoc, quoted and not, and as an argument of exec form.
		for _, line := range []string{"bash <<'END'", "x | cat <<END | sh && y", "<<END", "x <<END"} {
			file := source.NewFile("f", []byte("RUN "+line+"\n"+s+"\nEND\n"))
			body := source.NewText(file, source.Span{Start: len("RUN "), End: len("RUN ") + len(line)})
			start := len("RUN ") + len(line) + 1
			content := source.NewText(file, source.Span{Start: start, End: start + len(s) + 1})
			for _, script := range shell.ParseRun(body, []shell.Heredoc{{Name: "END", Content: content}}, "") {
				check(t, file, script, false)
			}
		}
		array := source.NewFile("f", []byte(`["sudo", "sh", "-c", "`+s+`"]`))
		var words []shell.ExecWord
		for _, at := range []source.Span{{Start: 2, End: 6}, {Start: 10, End: 12}, {Start: 16, End: 18}, {Start: 22, End: 22 + len(s)}} {
			text := source.NewText(array, at)
			words = append(words, shell.ExecWord{Text: text.String, Span: source.Span{Start: at.Start - 1, End: at.End + 1}, Map: text})
		}
		script := shell.ParseExec(words)
		check(t, array, script, true)
		for i := range words {
			words[i].Map = source.Text{}
		}
		for _, c := range shell.ParseExec(words).Commands {
			if !script.Span.Contains(c.Span) {
				t.Fatalf("command at %v is not within %v", c.Span, script.Span)
			}
		}
	})
}
