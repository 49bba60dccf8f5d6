package dockerfile

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/plimline/plimline/internal/source"
)

// seeds are the hard inputs that the fuzzer starts from.
var seeds = []string{
	"FROM golang:1.26 AS build\nRUN --mount=type=cache,target=/x go build \\\n  # why\n\n  -o /app .\nFROM scratch\nCOPY --from=build --chown=1:1 /app /app\nENTRYPOINT [\"/app\", \"-v\"]\n",
	"\xEF\xBB\xBF# syntax=docker/dockerfile:1\r\n# escape=`\r\nFROM a`\r\n  :b\r\nCOPY a `\r\n b\r\n",
	"FROM a\nRUN <<EOF\nhello\n# no comment\nEOF\nRUN cat <<-'A' <<\"B\" > /x\n\tone\n\tA\ntwo\nB\nCMD x\n",
	"FROM a\nRUN 3<<EOF cat << 'E F' \"<<Q\" $((1<<2)) ${X:-<<Y}\nEOF\nE F\nQ\n",
	"FROM a\nRUN cat <<A \\\n # c\n\n <<B\na\nA\nb\r\nB\r\nRUN ok\n",
	"FROM a\nENV A=1 B='x y' C=\"p\\\"q\" D=e\\ f\nENV G h i\nLABEL \"k\"=v\nARG X Y=1 \"Z\"=\n",
	"FROM a\nONBUILD RUN <<E\nx\nE\nONBUILD COPY --from=b c d\nONBUILD RN x\nHEALTHCHECK --interval=5s CMD [\"a\", \"b\"]\nHEALTHCHECK NONE\nHEALTHCHECK x\xc3\xa0y z\n",
	"FROM a\nCMD [\"\\u00e9\\ud83d\\ude00\\n\", \"\", \"é\", \"\\ud83d\"]\nSHELL [\"a\"]\nVOLUME /a /b\nEXPOSE 80/tcp 81\nUSER a:b\nWORKDIR /a b\nSTOPSIGNAL 9\nMAINTAINER x y\n",
	"FROM a\nRUNN x\nCOPY --nope a b\nENV\nENV A\nENV A=1 B\nRUN [1, 2]\nADD [1] <<EOF\nRUN <<EOF\nno end\nCMD x\n",
	"FROM {{ .X }}\n", "{{ if a\n}}\nFROM b\n", "ENV A=1 \\\n{{ if b }}\n C=2\n", "RUN a\\\n", "\\\n", "# a\n", "", "FROM a\n\\\nRUN b\\\\\nc\n",
	"FROM a\nRUN --mount=type=bind,\"source=a,b\",from=x --mount='Type=cache,target=/\"' --mount=type=bind,\"a=\"\"b\" c\n",
	"FROM a\nRUN --mount=type=nope x\nRUN --mount=from=$X y\nRUN --mount=type=cache,target=$Y --network=x z\nCOPY --from=\"a b\" --ch\\own='1 2' -- --c d\n",
	"# check=skip=all\n# check=error=true\nFROM a\n", "#syntax = x y \n#esCAPE = ` \n#check=\n#escape=x\nFROM a `\n b\n",
	"FROM a \\\n AS \\\n b\n", "from A as B\ncopy\ta\tb\n", "FROM a\nRUN echo \"<<EOF\" [\"<<A\"]\n", "# check=error=true\n\n# check=error=0\nFROM a\n",
	"ARG A=1\nRUN x\nLABEL a=b\nFROM a\n", "FROM a b\nFROM a AS 1\nFROM --platform=$X --x a\n", "ONBUILD ONBUILD ONBUILD\nONBUILD\nONBUILD FROM x\n",
	"FROM a\nLABEL a=\"\\\n b \\\n c\" \\\n\n # x\n d='e' \\\n", "FROM a\nENV x=\xff \\\\\\\nUSER \xc3\xa9\n", "FROM a\nCOPY --from=\xc3\xa9\xc2\xa0 --x=\xc3\xa0 a b\n",
	"FROM a\nCOPY --from=gr\u00f6\u00dfe --x=\"\u00a0\u00e0\" a b\nRUN --mount=type=bind,from=\u00f1 x\n",
	"FROM a\nCOPY [ \"a b\", \"c\" ]\nCOPY [\"a\", \"b\",]\nVOLUME [ ]\nCMD [ \"a\" , \"b\" ] \nRUN [\"x\"] y\n", " \t FROM a\n  # c\n\u00a0RUN x\u00a0\n",
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		src := source.NewFile("Dockerfile", text)
		c := &checker{t: t, src: src, file: Parse(src)}
		c.all()
	})
}

// checker checks what must hold for every file.
type checker struct {
	t    testing.TB
	src  *source.File
	file *File
}

func (c *checker) all() {
	c.tree()
	if !utf8.Valid(c.src.Bytes) || slices.Contains(c.src.Bytes, 0) {
		return
	}
	c.buildkit()
	c.slowly()
	for _, in := range c.file.Instructions {
		c.reread(in)
	}
}

func (c *checker) tree() {
	f := c.file
	whole := source.Span{Start: 0, End: len(c.src.Bytes)}
	end := 0
	for i, in := range f.Instructions {
		if in.Index != i {
			c.t.Errorf("instruction %d has index %d", i, in.Index)
		}
		if in.Span.Start < end || in.Span.Len() <= 0 || !whole.Contains(in.Span) {
			c.t.Errorf("instruction %d: span %v overlaps or is outside; the last one ended at %d", i, in.Span, end)
		}
		end = in.Span.End
		c.instruction(in)
	}
	if !slices.IsSortedFunc(f.Problems, func(a, b Problem) int { return a.Span.Compare(b.Span) }) {
		c.t.Errorf("problems are not sorted: %v", f.Problems)
	}
	for _, p := range f.Problems {
		if !whole.Contains(p.Span) || p.Message == "" {
			c.t.Errorf("problem %q at %v", p.Message, p.Span)
		}
	}
	last := 0
	for _, x := range f.Comments {
		if x.Span.Start < last || c.src.Text(source.Span{Start: x.Span.Start, End: x.Span.Start + 1}) != "#" {
			c.t.Errorf("comment at %v", x.Span)
		}
		last = x.Span.End
		if f.Template {
			continue
		}
		// Behind a lone continuation character comments come before the keyword; none starts in another instruction.
		for i, in := range f.Instructions {
			if i != x.Next && in.Span.Overlaps(x.Span) {
				c.t.Errorf("comment %v for instruction %d stands in instruction %d", x.Span, x.Next, i)
			}
		}
	}
	for _, d := range f.Directives {
		if !d.Span.Contains(d.NameSpan) || !d.Span.Contains(d.ValueSpan) || !strings.EqualFold(c.src.Text(d.NameSpan), d.Name) ||
			utf8.Valid(c.src.Bytes) && c.src.Text(d.ValueSpan) != d.Value {
			c.t.Errorf("directive %+v: %q, %q", d, c.src.Text(d.NameSpan), c.src.Text(d.ValueSpan))
		}
	}
}

// instruction checks that children lie in their parent, in order and apart, and that words lead back to their bytes.
func (c *checker) instruction(in *Instruction) {
	c.word(in, in.Keyword, in.Span, true)
	end := in.Keyword.Span.End
	if in.Problem != nil && !in.Span.Contains(in.Problem.Span) {
		c.t.Errorf("%s: problem %+v outside %v", in.Name, in.Problem, in.Span)
	}
	next := func(what string, s source.Span) {
		if s.Start < end || !in.Span.Contains(s) {
			c.t.Errorf("%s: %s at %v is outside %v or not behind %d", in.Name, what, s, in.Span, end)
		}
		end = s.End
	}
	for _, f := range in.Flags {
		next("flag", f.Span)
		if !f.Span.Contains(f.NameSpan) {
			c.t.Errorf("flag name %v outside %v", f.NameSpan, f.Span)
		}
		if !f.HasValue {
			continue
		}
		c.word(in, f.Value, f.Span, true)
		at := f.Value.Span.Start
		for _, x := range f.Fields {
			if f.Value.Map.String == "" {
				continue
			}
			if x.Span.Start < at || !f.Value.Span.Contains(x.Span) || !x.Span.Contains(x.Key.Span) || x.HasValue && !x.Span.Contains(x.Value.Span) {
				c.t.Errorf("field %v outside %v", x, f.Value.Span)
			}
			at = x.Span.End
			c.word(in, x.Key, x.Span, true)
			c.word(in, x.Value, source.Span{End: len(c.src.Bytes)}, true)
		}
	}
	if in.Body.String != "" {
		next("body", in.Body.Span(0, len(in.Body.String)))
		c.mapped(in.Body)
	}
	body := in.Body.Span(0, len(in.Body.String))
	at := body.Start
	for _, w := range in.Args {
		if w.Span.Start < at {
			c.t.Errorf("%s: argument %v not behind %d", in.Name, w, at)
		}
		at = w.Span.End
		c.word(in, w, body, in.Form != FormExec)
	}
	for _, p := range in.Pairs {
		if p.Span.Start < at {
			c.t.Errorf("%s: pair %v not behind %d", in.Name, p, at)
		}
		at = p.Span.End
		c.word(in, p.Key, p.Span, true)
		if p.HasValue {
			c.word(in, p.Value, p.Span, true)
		}
	}
	at = 0
	for _, h := range in.Heredocs {
		if !in.Span.Contains(h.Operator) || !in.Span.Contains(h.Body) || !in.Span.Contains(h.Terminator) || h.Body.Start < at || h.Terminator.Start < h.Body.End {
			c.t.Errorf("heredoc %+v in %v", h, in.Span)
		}
		at = h.Terminator.End
		if utf8.Valid(c.src.Bytes) && c.src.Text(h.Terminator) != h.Name {
			c.t.Errorf("heredoc ends with %q, not %q", c.src.Text(h.Terminator), h.Name)
		}
		c.mapped(h.Content)
	}
	if in.OnBuild != nil {
		if !in.Span.Contains(in.OnBuild.Span) {
			c.t.Errorf("ONBUILD's instruction %v outside %v", in.OnBuild.Span, in.Span)
		}
		c.instruction(in.OnBuild)
	}
}

func (c *checker) word(in *Instruction, w Word, parent source.Span, exact bool) {
	if w.Text != "" && !parent.Contains(w.Span) {
		c.t.Errorf("%s: word %q at %v is outside %v", in.Name, w.Text, w.Span, parent)
	}
	if w.Map.String == "" {
		return
	}
	if w.Map.String != w.Text {
		c.t.Errorf("%s: word %q maps %q", in.Name, w.Text, w.Map.String)
	}
	if exact {
		c.mapped(w.Map)
	}
	for _, r := range Refs(w, c.file.Escape) {
		if !w.Span.Contains(r.Span) || r.Span.Len() == 0 || exact && c.src.Bytes[r.Span.Start] != '$' {
			c.t.Errorf("variable %v in %q at %v", r, w.Text, w.Span)
		}
	}
}

// mapped checks that each byte of a text is the byte in the file that it claims to be.
func (c *checker) mapped(t source.Text) {
	for i := range len(t.String) {
		at := t.Offset(i)
		if at >= len(c.src.Bytes) || c.src.Bytes[at] != t.String[i] && t.String[i] != '?' {
			c.t.Errorf("byte %d of %q is not at %d", i, t.String, at)
			return
		}
	}
}

// buildkit checks that BuildKit refuses what we have problems with, and has the values we have.
func (c *checker) buildkit() {
	if c.file.Template {
		return
	}
	res, err := parser.Parse(strings.NewReader(string(c.src.Bytes)))
	if err != nil {
		if len(c.file.Problems) == 0 {
			c.t.Errorf("no problem where BuildKit has %v", err)
		}
		return
	}
	if len(res.AST.Children) != len(c.file.Instructions) {
		c.t.Errorf("BuildKit sees %d instructions, we see %d", len(res.AST.Children), len(c.file.Instructions))
		return
	}
	if byte(res.EscapeToken) != c.file.Escape {
		c.t.Errorf("BuildKit has the escape character %q, we have %q", res.EscapeToken, c.file.Escape)
	}
	for i, n := range res.AST.Children {
		c.node(c.file.Instructions[i], n)
	}
}

func (c *checker) node(in *Instruction, n *parser.Node) {
	n.PrevComment = nil
	command, err := instructions.ParseInstruction(n)
	if err == nil {
		err = expands(command, c.file.Escape)
	}
	if err != nil && in.Problem == nil {
		c.t.Errorf("%q: no problem where BuildKit has %v", c.src.Text(in.Span), err)
	}
	if err == nil && in.Problem != nil && !strings.HasSuffix(in.Problem.Message, "stands before the first FROM") && len(in.Flags) == 0 {
		c.t.Errorf("%q: %s; BuildKit has no problem", c.src.Text(in.Span), in.Problem.Message)
	}
	if n.Value != in.Keyword.Text || isInstruction(in.Name) && strings.ToLower(n.Value) != strings.ToLower(in.Name) {
		c.t.Errorf("name %q, BuildKit has %q", in.Name, n.Value)
	}
	if !slices.EqualFunc(in.Flags, n.Flags, Flag.reads) {
		c.t.Errorf("flags %+v, BuildKit has %q", in.Flags, n.Flags)
	}
	if in.Name == "ONBUILD" {
		if in.OnBuild != nil && in.Problem == nil {
			c.node(in.OnBuild, n.Next.Children[0])
		}
		return
	}
	if err == nil && !in.agrees(n) {
		c.t.Errorf("%q: BuildKit has the values %q", c.src.Text(in.Span), nodeValues(n))
	}
	for _, w := range in.Args {
		if w.Text != "" && w.Map.String == "" && utf8.ValidString(w.Text) {
			c.t.Errorf("%q: word %q is not mapped", c.src.Text(in.Span), w.Text)
		}
	}
	for i, h := range n.Heredocs {
		content := h.Content
		if h.Chomp {
			content = parser.ChompHeredocContent(content)
		}
		if i >= len(in.Heredocs) && in.Name != "ONBUILD" {
			c.t.Errorf("%q: heredoc %s is missing", c.src.Text(in.Span), h.Name)
		} else if got := in.Heredocs[i]; got.Name != h.Name || got.Content.String != content || got.Expand != h.Expand || got.Chomp != h.Chomp || got.FD != h.FileDescriptor {
			c.t.Errorf("heredoc %+v, BuildKit has %+v", got, h)
		}
	}
}

// expands has BuildKit's lexer look at all words of an instruction but RUN, with a value for each variable.
func expands(command any, escape byte) error {
	lexed := func(lex *shell.Lex) instructions.SingleWordExpander {
		return func(word string) (string, error) {
			if strings.Contains(word, devContainer) || checkNesting(word) != nil {
				return word, nil
			}
			_, _, err := lex.ProcessWord(printable(word), anything{})
			return word, err
		}
	}
	each := lexed(shell.NewLex(rune(escape)))
	raw := shell.NewLex('\\')
	raw.SkipProcessQuotes = true
	var errs []error
	one := func(word string) {
		_, err := each(word)
		errs = append(errs, err)
	}
	switch x := command.(type) {
	case *instructions.RunCommand:
	case *instructions.Stage:
		one(x.BaseName)
		one(x.Platform)
	case *instructions.ExposeCommand:
		for _, port := range x.Ports {
			one(port)
		}
	case instructions.SupportsSingleWordExpansion:
		errs = append(errs, x.Expand(each))
	}
	if x, ok := command.(instructions.SupportsSingleWordExpansionRaw); ok {
		errs = append(errs, x.ExpandRaw(lexed(raw)))
	}
	return errors.Join(errs...)
}

// slowly checks that giving BuildKit each instruction alone gives the same.
func (c *checker) slowly() {
	text, _ := decode(c.src.Bytes)
	f := &File{Source: c.src, Escape: '\\'}
	s := &splitter{f: f, text: text}
	s.run()
	for i := range s.out {
		f.Instructions = append(f.Instructions, f.instruction(i, &s.out[i]))
	}
	for i, in := range f.Instructions {
		if in.Problem == nil {
			s.consultSome([]int{i})
		}
	}
	if _, ok := f.template(text); ok != c.file.Template {
		c.t.Error("a template only when read in another way")
	}
	if c.file.Template {
		return
	}
	f.misplaced()
	for i, in := range f.Instructions {
		if !reflect.DeepEqual(in, c.file.Instructions[i]) {
			c.t.Errorf("alone %+v, with the others %+v", in, c.file.Instructions[i])
		}
	}
}

// reread reads the bytes of the instruction's span alone; the values must be the same.
func (c *checker) reread(in *Instruction) {
	// An escape character at the end, with some white space that is no part of the span, would continue the line.
	if in.Problem != nil || strings.HasSuffix(c.src.Text(in.Span), string(c.file.Escape)) {
		return
	}
	text := "# escape=" + string(c.file.Escape) + "\n" + c.src.Text(in.Span) + "\n"
	again := Parse(source.NewFile("again", []byte(text)))
	if again.Template { // what makes a template of a file depends on all of it
		return
	}
	if len(again.Instructions) != 1 {
		c.t.Errorf("%q is read as %d instructions", c.src.Text(in.Span), len(again.Instructions))
		return
	}
	if got, want := values(again.Instructions[0]), values(in); got != want {
		c.t.Errorf("re-read as %q, was %q", got, want)
	}
}

// values is what an instruction says, without places.
func values(in *Instruction) string {
	out := []string{in.Name, string(in.Form)}
	for _, f := range in.Flags {
		out = append(out, f.text())
	}
	for _, w := range in.Args {
		out = append(out, w.Text)
	}
	for _, p := range in.Pairs {
		out = append(out, p.Key.Text, p.Value.Text)
	}
	for _, h := range in.Heredocs {
		out = append(out, h.Name, h.Content.String)
	}
	if in.OnBuild != nil {
		out = append(out, values(in.OnBuild))
	}
	return strings.Join(out, "\x00")
}

func FuzzExpand(f *testing.F) {
	for _, s := range []string{"golang:${V}-alpine", "${A:-${B:+$C}}", "'$X'\"$Y\"", "\\$X$A", "${X%-*}${A#a}", "${A/b/$X}", "${A?x}${X:?y}", "$1$@${0}", "${X:-'a b'}", "`$A"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, text string, backtick bool) {
		escape := byte('\\')
		if backtick {
			escape = '`'
		}
		// With all variables set, nothing is kept and the lexer alone decides.
		all := func(string) (string, bool) { return "v", true }
		e, err := Expand(text, escape, all)
		if err == nil && len(e.Missing) > 0 {
			t.Errorf("missing %q though all are set", e.Missing)
		}
		some := func(name string) (string, bool) { return name, name == "A" || name == "B" }
		e, err = Expand(text, escape, some)
		if err != nil {
			return
		}
		for _, name := range e.Missing {
			if _, ok := some(name); ok || !strings.Contains(e.Text, name) {
				t.Errorf("%q: missing %q, text %q", text, name, e.Text)
			}
		}
		for _, name := range e.Used {
			if _, ok := some(name); !ok {
				t.Errorf("used %q", name)
			}
		}
		if _, err := scanRefs(printable(text), escape); err != nil {
			t.Errorf("%q: the scan fails where the lexer does not", text)
		}
	})
}
