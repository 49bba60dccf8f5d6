package shell_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
)

// text is the whole of a file.
func text(s string) source.Text {
	return source.NewText(source.NewFile("f", []byte(s)), source.Span{End: len(s)})
}

// show writes a command on one line: its words, then each field that is set.
func show(c *shell.Command) string {
	var b strings.Builder
	b.WriteString(c.Name + ":")
	for _, w := range c.Words {
		b.WriteString(" " + showWord(w))
	}
	list := func(name string, items []string) {
		if len(items) > 0 {
			fmt.Fprintf(&b, " %s(%s)", name, strings.Join(items, " "))
		}
	}
	assigns := func(as []shell.Assign) (out []string) {
		for _, a := range as {
			s := a.Name
			switch {
			case a.Append:
				s += "+=" + a.Value.Value
			case a.Value.Literal || a.Value.Span.Len() > 0:
				s += "=" + showWord(a.Value)
			}
			if a.Conditional {
				s += "?"
			}
			out = append(out, s)
		}
		return out
	}
	words := func(ws []shell.Word) (out []string) {
		for _, w := range ws {
			out = append(out, showWord(w))
		}
		return out
	}
	list("by", words(c.Wrappers))
	list("with", assigns(c.Assigns))
	var redirects []string
	for _, r := range c.Redirects {
		redirects = append(redirects, r.FD+r.Op+showWord(r.Target))
	}
	list("to", redirects)
	list("env", assigns(c.Env))
	list("vars", assigns(c.Vars))
	list("unset", c.Unset)
	list("in", words(c.Dirs))
	flag := func(on bool, name string) {
		if on {
			b.WriteString(" " + name)
		}
	}
	flag(c.DirUnknown, "lost")
	flag(c.Conditional, "maybe")
	flag(c.Loop, "loop")
	flag(c.Background, "background")
	flag(c.PipeLen != 1, fmt.Sprintf("pipe%d/%d", c.Pipe, c.PipeLen))
	flag(c.Depth != 0, fmt.Sprintf("depth%d", c.Depth))
	flag(c.After != "", "then "+c.After)
	return b.String()
}

// showWord marks what is not literal with a tilde behind it.
func showWord(w shell.Word) string {
	if !w.Literal {
		return w.Value + "~"
	}
	if w.Value == "" || strings.ContainsAny(w.Value, " \n\t") {
		return fmt.Sprintf("%q", w.Value)
	}
	return w.Value
}

func showAll(s *shell.Script) (out []string) {
	if s.Opaque {
		return []string{"opaque: " + s.Reason}
	}
	for _, c := range s.Commands {
		out = append(out, show(c))
	}
	return out
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		// Assignments and exports.
		{`A=1 B="x y" go build`, []string{`go: go build with(A=1 B="x y")`}},
		{`A=; x`, []string{`: with(A="") then ;`, `x: x vars(A="")`}},
		{`export A=1 && go build; x`, []string{`export: export A=1 then &&`, `go: go build env(A=1) then ;`, `x: x env(A=1)`}},
		{`A=1; export A B; x`, []string{`: with(A=1) then ;`, `export: export A B vars(A=1) then ;`, `x: x env(A=1 B)`}},
		{`command export A=$X; x`, []string{`export: export A=$X~ by(command) then ;`, `x: x env(A=$X~)`}},
		{`export A=1; A=2; x`, []string{`export: export A=1 then ;`, `: with(A=2) env(A=1) then ;`, `x: x env(A=1 A=2)`}},
		{`export A=1; export -n A; x`, []string{`export: export A=1 then ;`, `export: export -n A env(A=1) then ;`, `x: x vars(A=1) unset(A)`}},
		{`declare -x A="b c" D; x`, []string{`declare: declare -x "A=b c" D then ;`, `x: x env(A="b c" D)`}},
		{`readonly A=1; local -x B=2; x`, []string{`readonly: readonly A=1 then ;`, `local: local -x B=2 vars(A=1) then ;`, `x: x env(B=2) vars(A=1)`}},
		{`A+=x B=(1 2) C[1]=y; x`, []string{`: with(A+=x B=(1 2)~ C=y~) then ;`, `x: x vars(A+=x B=(1 2)~ C=y~)`}},
		{`set -a; A=1; set +o allexport; B=2; x`, []string{`set: set -a then ;`, `: with(A=1) then ;`,
			`set: set +o allexport env(A=1) then ;`, `: with(B=2) env(A=1) then ;`, `x: x env(A=1) vars(B=2)`}},
		{`unset A; A=3; x; export A; y; unset A; z`, []string{`unset: unset A then ;`, `: with(A=3) unset(A) then ;`, `x: x vars(A=3) then ;`,
			`export: export A vars(A=3) then ;`, `y: y env(A=3) then ;`, `unset: unset A env(A=3) then ;`, `z: z unset(A)`}},
		{`read A B; x`, []string{`read: read A B then ;`, `x: x vars(A=~ B=~)`}},
		{`: ${A:=1} $((B++)); x`, []string{`:: : ${A:=1}~ $((B++))~ then ;`, `x: x vars(A=${A:=1}~? B=B++~?)`}},

		// Directories.
		{`cd /a && (cd b && make) && x`, []string{`cd: cd /a then &&`, `cd: cd b in(/a) depth1 then &&`, `make: make in(/a b) depth1`, `x: x in(/a)`}},
		{`{ cd a; }; x`, []string{`cd: cd a then ;`, `x: x in(a)`}},
		{`cd a; cd /b; x`, []string{`cd: cd a then ;`, `cd: cd /b in(a) then ;`, `x: x in(/b)`}},
		{`cd -P "$A"; x; cd /b; y`, []string{`cd: cd -P $A~ then ;`, `x: x lost then ;`, `cd: cd /b lost then ;`, `y: y in(/b)`}},
		{`cd; x`, []string{`cd: cd then ;`, `x: x lost`}},
		{`cd ~/a; x`, []string{`cd: cd ~/a~ then ;`, `x: x lost`}},
		{`pushd a; x; popd; cd c; y`, []string{`pushd: pushd a then ;`, `x: x in(a) then ;`, `popd: popd in(a) then ;`, `cd: cd c then ;`, `y: y in(c)`}},
		{`cd a && b || exit 1; c`, []string{`cd: cd a then &&`, `b: b in(a) then ||`, `exit: exit 1 in(a) maybe then ;`, `c: c in(a)`}},
		{`cd a || cd b; c`, []string{`cd: cd a then ||`, `cd: cd b in(a) maybe then ;`, `c: c lost`}},
		{`env -C /a go build`, []string{`go: go build by(env -C /a) in(/a)`}},

		// What may not run.
		{`a && b || true; c`, []string{`a: a then &&`, `b: b maybe then ||`, `true: true maybe then ;`, `c: c`}},
		{`a || b && c`, []string{`a: a then ||`, `b: b maybe then &&`, `c: c`}},
		{`[ -f x ] && export A=1; c`, []string{`[: [ -f x ] then &&`, `export: export A=1 maybe then ;`, `c: c env(A=1?)`}},
		{`a && b; c`, []string{`a: a then &&`, `b: b then ;`, `c: c`}},
		{`! a && b`, []string{`a: a then &&`, `b: b`}},
		{`a && b || { echo no; exit 1; }`, []string{`a: a then &&`, `b: b then ||`, `echo: echo no maybe then ;`, `exit: exit 1 maybe then ;`}},
		{`if [ -f x ]; then export A=1; go build; else cd y; z; fi; w`, []string{`[: [ -f x ] then ;`, `export: export A=1 maybe then ;`,
			`go: go build env(A=1) maybe then ;`, `cd: cd y maybe then ;`, `z: z in(y) maybe then ;`, `w: w env(A=1?) lost`}},
		{`if a; then unset A; elif b; then c; fi; d`, []string{`a: a then ;`, `unset: unset A maybe then ;`, `b: b maybe then ;`, `c: c maybe then ;`, `d: d env(A=~?)`}},
		{`case $X in a) b;; c) d=1;; esac; e`, []string{`b: b maybe`, `: with(d=1) maybe`, `e: e vars(d=1?)`}},
		{`f() { cd z; go build; }; f; g`, []string{`cd: cd z maybe then ;`, `go: go build in(z) maybe then ;`, `f: f lost then ;`, `g: g lost`}},
		{`for i in a $(b); do echo $i; done; c`, []string{`b: b depth1`, `echo: echo $i~ vars(i=i in a $(b)~) maybe loop then ;`, `c: c vars(i=i in a $(b)~)`}},
		{`while read x; do echo $x; done < f; y`, []string{`read: read x loop then ;`, `echo: echo $x~ vars(x=~) maybe loop then ;`, `y: y vars(x=~)`}},

		// Lists and pipelines.
		{`cat a | grep b |& sh && c`, []string{`cat: cat a pipe0/3 then |`, `grep: grep b pipe1/3 then |`, `sh: sh pipe2/3 then &&`, `c: c`}},
		{`cd a | b; c`, []string{`cd: cd a pipe0/2 then |`, `b: b pipe1/2 then ;`, `c: c`}},
		{`A=1 & b`, []string{`: with(A=1) background then &`, `b: b`}},
		{"a # b\nc", []string{`a: a then ;`, `c: c`}},

		// Wrappers.
		{`env -u X -i A=$B "C=1 2" sudo -E -u me D=1 /usr/bin/go build`, []string{
			`go: /usr/bin/go build by(env -u X -i A=$B~ "C=1 2" sudo -E -u me D=1) with(A=$B~ C="1 2" D=1) unset(* X)`}},
		{`export A=1 B=1; env -u A x`, []string{`export: export A=1 B=1 then ;`, `x: x by(env -u A) env(B=1) unset(A)`}},
		{`xargs -0 -n1 -P4 -I{} go install {}`, []string{`go: go install {} by(xargs -0 -n1 -P4 -I{})`}},
		{`time -p nice -n 5 timeout -k 3 10 go test ./...`, []string{`go: go test ./... by(time nice -n 5 timeout -k 3 10)`}},
		{`timeout -t 5 a; stdbuf -oL exec -a z b; ionice -c 3 c; gosu me d; tini -s -- e; busybox f; setarch i386 -R g`, []string{
			`a: a by(timeout -t 5) then ;`, `b: b by(stdbuf -oL exec -a z) then ;`, `c: c by(ionice -c 3) then ;`, `d: d by(gosu me) then ;`,
			`e: e by(tini -s --) then ;`, `f: f by(busybox) then ;`, `g: g by(setarch i386 -R)`}},
		{`command -v go; sudo -v; env; env A=1; busybox --install /bin; nohup $X y`, []string{`command: command -v go then ;`, `sudo: sudo -v then ;`,
			`env: env then ;`, `env: env A=1 then ;`, `busybox: busybox --install /bin then ;`, `: $X~ y by(nohup)`}},
		{`env -S "A=1 go build" x`, []string{`go: go build x by(env -S "A=1 go build" A=1) with(A=1)`}},
		{`conda run -n e python x; conda install y`, []string{`python: python x by(conda run -n e) then ;`, `conda: conda install y`}},
		{`$A/bin/go x; "$A/bin/go" x; "$A"/go; $A/*/go; $A/go*; $A/$B`, []string{`go: $A/bin/go~ x then ;`, `go: $A/bin/go~ x then ;`, `go: $A/go~ then ;`,
			`go: $A/*/go~ then ;`, `: $A/go*~ then ;`, `: $A/$B~`}},
		{`exec >log 2>&1`, []string{`exec: exec to(>log 2>&1)`}},

		// Shells within shells.
		{`sh -c "echo 'a b' && go build -o \"x y\""`, []string{`sh: sh -c "echo 'a b' && go build -o \"x y\""`,
			`echo: echo "a b" depth1 then &&`, `go: go build -o "x y" depth1`}},
		{`A=1; export B=2; C=3 bash -euxo pipefail -c "cd /x; GOOS=$T go build"; y`, []string{`: with(A=1) then ;`, `export: export B=2 vars(A=1) then ;`,
			`bash: bash -euxo pipefail -c cd /x; GOOS=$T go build~ with(C=3) env(B=2) vars(A=1) then ;`,
			`cd: cd /x env(B=2 C=3) depth1 then ;`, `go: go build with(GOOS=$T~) env(B=2 C=3) in(/x) depth1`, `y: y env(B=2) vars(A=1)`}},
		{`sh -c "echo '$X' $(id)"`, []string{`sh: sh -c echo '$X' $(id)~`, `echo: echo $X~ $(id)~ depth1`, `id: id depth1`}},
		{`sh -c $X; sh x -c y`, []string{`sh: sh -c $X~ then ;`, `sh: sh x -c y`}},
		{`eval "A=1; go build"; eval x y; z`, []string{`eval: eval "A=1; go build" then ;`, `: with(A=1) depth1 then ;`, `go: go build vars(A=1) depth1`,
			`eval: eval x y vars(A=1) then ;`, `x: x y vars(A=1) depth1`, `z: z vars(A=1)`}},
		{`export A=1; su - me -c 'go build'; su me -s /bin/bash -c x`, []string{`export: export A=1 then ;`, `su: su - me -c "go build" env(A=1) then ;`,
			`go: go build unset(*) lost depth1`, `su: su me -s /bin/bash -c x env(A=1)`, `x: x env(A=1) depth1`}},
		{`bash <<< "go build"`, []string{`bash: bash to(<<<"go build")`, `go: go build depth1`}},
		{`sh -c "sh -c 'sh -c x'"`, []string{`sh: sh -c "sh -c 'sh -c x'"`, `sh: sh -c "sh -c x" depth1`, `sh: sh -c x depth2`, `x: x depth3`}},
		{`sh -c "if"`, []string{`sh: sh -c if`}},
		{"bash -s <<E && a\nb\nE\nc", []string{`bash: bash -s to(<<E) then &&`, `a: a then ;`, `b: b depth1`, `c: c`}},
		{"echo `date \\`id\\`` x", []string{"echo: echo `date \\`id\\``~ x", "date: date `id\\`~ depth1", `id: id depth2`}},

		// Words.
		{`x 'a'"b"\c$'\t\x41\u00e9' "a\"b\c" ~ a~ *.go x[1] [ {a,b} {} {1..3} "$A"b 'q'\''r' '' -I{} "~" \*`, []string{
			`x: x "abc` + "\\tA\u00e9" + `" a"b\c ~~ a~ *.go~ x[1]~ [ {a,b}~ {} {1..3}~ $Ab~ q'r "" -I{} ~ *`}},
		{`A=*.go B={a,b} C=~ D=a:~ x`, []string{`x: x with(A=*.go B={a,b} C=~~ D=a:~~)`}},
		{"a \\\n  b'c\\\nd' e\\\nf", []string{`a: a "bc\\\nd" ef`}},
		{`if`, []string{"opaque: `if` must be followed by a statement list"}},
		{``, nil},
	} {
		if diff := cmp.Diff(c.want, showAll(shell.Parse(text(c.text), "sh"))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.text, diff)
		}
	}
}
