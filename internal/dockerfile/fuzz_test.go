package dockerfile

import (
	"bytes"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/plimline/plimline/internal/source"
)

// seeds are the hard inputs that the fuzzer starts from.
var seeds = []string{
	"FROM golang:1.26 AS build\nRUN --mount=type=cache,target=/x go build \\\n  # why\n\n  -o /app .\nFROM scratch\nCOPY --from=build --chown=1:1 /app /app\nENTRYPOINT [\"/app\", \"-v\"]\n",
	"\xEF\xBB\xBF# syntax=docker/dockerfile:1\r\n# escape=`\r\nFROM a`\r\n  :b\r\nCOPY a `\r\n b\r\n",
	"FROM a\nRUN <<EOF\nhello\nEOF\nRUN cat <<-'A' <<\"B\" > /x\n\tone\n\tA\ntwo\nB\nCMD x\n",
	"FROM a\nENV A=1 B='x y' C=\"p\\\"q\" D=e\\ f\nENV G h i\nLABEL \"k\"=v\nARG X Y=1\n",
	"FROM a\nONBUILD RUN <<E\nx\nE\nONBUILD COPY --from=b c d\nHEALTHCHECK --interval=5s CMD [\"a\", \"b\"]\nHEALTHCHECK NONE\n",
	"FROM a\nCMD [\"\\u00e9\\ud83d\\ude00\\n\", \"\", \"é\"]\nSHELL [\"a\"]\nVOLUME /a /b\nEXPOSE 80/tcp 81\nUSER a:b\nWORKDIR /a b\nSTOPSIGNAL 9\nMAINTAINER x y\n",
	"FROM a\nRUNN x\nCOPY --nope a b\nENV\nENV A\nRUN [1, 2]\nRUN <<EOF\nno end\n",
	"FROM {{ .X }}\n", "RUN a\\\n", "\\\n", "# a\n", "FROM a\n\\\nRUN b\\\\\nc\n", "FROM a\nRUN --mount=type=bind,\"source=a,b\",from=x c\n",
	"# check=skip=all\n# check=error=true\nFROM a\n", "FROM a \\\n AS \\\n b\n", "from A as B\ncopy\ta\tb\n", "FROM a\nRUN echo \"<<EOF\" [\"<<A\"]\n",
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		src := source.NewFile("Dockerfile", text)
		file := Parse(src)
		c := &checker{t, src}
		c.file(file)
		c.paths(src)
		for _, in := range file.Instructions {
			c.reread(file, in)
		}
	})
}

type checker struct {
	t   testing.TB
	src *source.File
}

func (c *checker) file(f *File) {
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
		// Behind a lone continuation character comments come before the keyword; none starts in another instruction.
		for i, in := range f.Instructions {
			if i != x.Next && in.Span.Overlaps(x.Span) {
				c.t.Errorf("comment %v for instruction %d stands in instruction %d", x.Span, x.Next, i)
			}
		}
	}
	for _, d := range f.Directives {
		if !d.Span.Contains(d.NameSpan) || !d.Span.Contains(d.ValueSpan) || !strings.EqualFold(c.src.Text(d.NameSpan), d.Name) || c.src.Text(d.ValueSpan) != d.Value {
			c.t.Errorf("directive %+v: %q, %q", d, c.src.Text(d.NameSpan), c.src.Text(d.ValueSpan))
		}
	}
}

// instruction checks that children lie in their parent, in order and apart, and that words lead back to their bytes.
func (c *checker) instruction(in *Instruction) {
	c.word(in, in.Keyword, in.Span, true)
	end := in.Keyword.Span.End
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
		if f.HasValue {
			c.word(in, f.Value, f.Span, true)
		}
		for _, x := range f.Fields {
			if !f.Span.Contains(x.Span) || !x.Span.Contains(x.Key.Span) {
				c.t.Errorf("field %v outside %v", x.Span, f.Span)
			}
		}
	}
	for i, w := range in.Args {
		if w.Text != "" && w.Map.String == w.Text || i == 0 {
			next("argument", w.Span)
		}
		c.word(in, w, in.Span, in.Form != FormExec)
	}
	for i, p := range in.Pairs {
		if p.Key.Text != "" && p.Key.Map.String == p.Key.Text || i == 0 {
			next("pair", p.Span)
		}
		c.word(in, p.Key, p.Span, true)
		if p.HasValue {
			c.word(in, p.Value, p.Span, true)
		}
	}
	at := 0
	for _, h := range in.Heredocs {
		if !in.Span.Contains(h.Operator) || !in.Span.Contains(h.Body) || !in.Span.Contains(h.Terminator) || h.Body.Start < at || h.Terminator.Start < h.Body.End {
			c.t.Errorf("heredoc %+v in %v", h, in.Span)
		}
		at = h.Terminator.End
		if c.src.Text(h.Terminator) != h.Name {
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
	if !parent.Contains(w.Span) {
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
}

// mapped checks that each byte of a text is the byte in the file that it claims to be.
func (c *checker) mapped(t source.Text) {
	for i := range len(t.String) {
		at := t.Offset(i)
		if at >= len(c.src.Bytes) || c.src.Bytes[at] != t.String[i] {
			c.t.Errorf("byte %d of %q is not at %d", i, t.String, at)
			return
		}
	}
}

// paths checks that parsing the whole file and parsing each instruction alone give the same.
func (c *checker) paths(src *source.File) {
	split := func() *splitter {
		s := &splitter{f: &File{Source: src, Escape: '\\'}, line: 1}
		if p, text := encoding(src); p != nil && !text {
			return nil
		}
		s.run()
		return s
	}
	s := split()
	if s == nil {
		return
	}
	res, err := parser.Parse(bytes.NewReader(src.Bytes))
	if err != nil {
		return
	}
	if !s.agrees(res.AST.Children) {
		c.t.Errorf("BuildKit sees %d instructions, we see %d, or on other lines", len(res.AST.Children), len(s.out))
		return
	}
	for i := range s.out {
		n := s.alone(&s.out[i])
		if n == nil {
			c.t.Errorf("instruction %d parses in the file and not alone: %s", i, s.out[i].problem.Message)
			continue
		}
		if n.Dump() != res.AST.Children[i].Dump() {
			c.t.Errorf("instruction %d: alone %s, in the file %s", i, n.Dump(), res.AST.Children[i].Dump())
		}
	}
}

// reread gives BuildKit the bytes of the instruction's span alone; the values must be the same.
func (c *checker) reread(f *File, in *Instruction) {
	if in.Problem != nil {
		return
	}
	text := "# escape=" + string(f.Escape) + "\n" + c.src.Text(in.Span) + "\n"
	again := Parse(source.NewFile("again", []byte(text)))
	if len(again.Instructions) != 1 {
		c.t.Errorf("%q is read as %d instructions", c.src.Text(in.Span), len(again.Instructions))
		return
	}
	got, want := values(again.Instructions[0]), values(in)
	if got != want {
		c.t.Errorf("re-read as %q, was %q", got, want)
	}
}

func values(in *Instruction) string {
	out := []string{in.Name, string(in.Form)}
	for _, f := range in.Flags {
		out = append(out, flagText(f))
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
