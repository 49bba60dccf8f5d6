package dockerfile

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/plimline/plimline/internal/source"
)

// consult has BuildKit read what we have read, takes its values where they differ, and notes what it refuses.
func (s *splitter) consult() {
	sound := make([]int, 0, len(s.out)) // the statements that BuildKit's parser takes, as far as we know
	for i, in := range s.f.Instructions {
		if in.Problem == nil {
			sound = append(sound, i)
		}
	}
	if len(sound) == len(s.out) && len(s.broken) == 0 {
		if nodes := parseNodes(s.text); s.same(sound, nodes, true) {
			s.check(sound, nodes)
			return
		}
	}
	s.consultSome(sound)
}

// consultSome has BuildKit read some of the statements at once, and where it refuses them, ever fewer.
func (s *splitter) consultSome(some []int) {
	if len(some) == 0 {
		return
	}
	var b strings.Builder
	b.WriteString("# escape=" + string(s.f.Escape) + "\n")
	for _, i := range some {
		raw := s.out[i].raw
		if s.out[i].first == 1 {
			raw = strings.TrimPrefix(raw, "\uFEFF") // BuildKit takes it off the file's first line alone
		}
		b.WriteString(raw)
		if !strings.HasSuffix(raw, "\n") {
			b.WriteByte('\n')
		}
	}
	if nodes := parseNodes(b.String()); s.same(some, nodes, false) {
		s.check(some, nodes)
		return
	}
	if len(some) > 1 {
		s.consultSome(some[:len(some)/2])
		s.consultSome(some[len(some)/2:])
		return
	}
	// We and BuildKit do not agree about this one.
	res, err := parser.Parse(strings.NewReader(b.String()))
	if err != nil {
		in := s.f.Instructions[some[0]]
		in.refuse(in.Span, reason(err))
		return
	}
	if nodes := res.AST.Children; len(nodes) == 1 {
		s.check(some, nodes)
	}
}

// parseNodes are the instructions that BuildKit sees in a text; nil when it refuses the text.
func parseNodes(text string) []*parser.Node {
	if res, err := parser.Parse(strings.NewReader(text)); err == nil {
		return res.AST.Children
	}
	return nil
}

// same reports whether nodes are BuildKit's readings of the statements.
func (s *splitter) same(some []int, nodes []*parser.Node, lines bool) bool {
	if len(nodes) != len(some) {
		return false
	}
	for k, i := range some {
		n, st := nodes[k], &s.out[i]
		if n.Original != st.text.String || len(n.Heredocs) != len(st.heredocs) || lines && (n.StartLine != st.first || n.EndLine != st.last) {
			return false
		}
	}
	return true
}

// check compares instructions with BuildKit's readings and validates them.
func (s *splitter) check(some []int, nodes []*parser.Node) {
	for k, i := range some {
		s.f.check(s.f.Instructions[i], nodes[k])
	}
}

func (f *File) check(in *Instruction, node *parser.Node) {
	in.verify(node)
	f.validate(in, node)
	if in.OnBuild != nil && in.Problem == nil && node.Next != nil && len(node.Next.Children) == 1 {
		// BuildKit looks at the trigger when a build starts from this image: then it stops that build.
		f.check(in.OnBuild, node.Next.Children[0])
	}
}

// verify takes BuildKit's values where ours differ; a word then has its parent's span.
func (in *Instruction) verify(node *parser.Node) {
	if in.Keyword.Text != node.Value {
		in.Keyword.Text, in.Keyword.Map = node.Value, source.Text{}
		in.Name = instructionName(node.Value)
	}
	if !slices.EqualFunc(in.Flags, node.Flags, Flag.reads) {
		in.Flags = nil
		for _, text := range node.Flags {
			name, value, has := strings.Cut(strings.TrimPrefix(text, "--"), "=")
			flag := Flag{Name: name, HasValue: has, Span: in.Span, NameSpan: in.Span}
			if has {
				flag.Value = Word{Text: value, Span: in.Span}
			}
			in.Flags = append(in.Flags, flag)
		}
	}
	if in.agrees(node) {
		return
	}
	at := in.Body.Span(0, len(in.Body.String))
	in.Args, in.Pairs = nil, nil
	values := nodeValues(node)
	switch in.Name {
	case "ENV", "LABEL":
		for i := 0; i+2 < len(values); i += 3 {
			in.Pairs = append(in.Pairs, Pair{Key: Word{Text: values[i], Span: at}, Value: Word{Text: values[i+1], Span: at}, HasValue: true, Legacy: values[i+2] == "", Span: at})
		}
	case "ARG":
		for _, v := range values {
			key, value, has := strings.Cut(v, "=")
			p := Pair{Key: Word{Text: key, Span: at}, HasValue: has, Span: at}
			if has {
				p.Value = Word{Text: value, Span: at}
			}
			in.Pairs = append(in.Pairs, p)
		}
	default:
		if node.Attributes["json"] {
			in.Form = FormExec
		} else if in.Form == FormExec {
			in.Form = FormShell
			if in.Name == "ADD" || in.Name == "COPY" || in.Name == "VOLUME" {
				in.Form = FormWords
			}
		}
		for _, v := range values {
			in.Args = append(in.Args, Word{Text: v, Span: at})
		}
	}
}

// agrees reports whether the arguments are those of BuildKit.
func (in *Instruction) agrees(node *parser.Node) bool {
	if in.OnBuild != nil || !isInstruction(in.Name) {
		return true
	}
	if node.Attributes["json"] != (in.Form == FormExec) {
		return false
	}
	n := node.Next
	next := func(text string) bool {
		if n == nil || n.Value != text {
			return false
		}
		n = n.Next
		return true
	}
	for _, w := range in.Args {
		if !next(w.Text) {
			return false
		}
	}
	for _, p := range in.Pairs {
		switch {
		case in.Name != "ARG":
			separator := "="
			if p.Legacy {
				separator = ""
			}
			if !next(p.Key.Text) || !next(p.Value.Text) || !next(separator) {
				return false
			}
		case p.HasValue:
			if !next(p.Key.Text + "=" + p.Value.Text) {
				return false
			}
		case !next(p.Key.Text):
			return false
		}
	}
	return n == nil
}

func nodeValues(node *parser.Node) []string {
	var out []string
	for n := node.Next; n != nil; n = n.Next {
		out = append(out, n.Value)
	}
	return out
}

// reads reports whether a flag is the one that BuildKit has as text.
func (f Flag) reads(text string) bool { return f.text() == text || garbled(f.text()) == text }

// text is the flag as BuildKit has it.
func (f *Flag) text() string {
	if f.HasValue {
		return "--" + f.Name + "=" + f.Value.Text
	}
	return "--" + f.Name
}

// validate notes why BuildKit does not take the arguments.
func (f *File) validate(in *Instruction, node *parser.Node) {
	if !isInstruction(in.Name) {
		in.refuse(in.Keyword.Span, in.unknown())
		return
	}
	node.PrevComment = nil // its linter reads them, and there is none
	command, err := instructions.ParseInstruction(node)
	if err != nil {
		in.refuse(in.blame(node, err), in.reason(err))
		return
	}
	if in.Name == "RUN" {
		f.mounts(in, node)
		return
	}
	f.words(in, command)
}

// mounts checks what BuildKit checks of --mount when it has expanded the variables. One that has variables may
// turn out right.
func (f *File) mounts(in *Instruction, node *parser.Node) {
	for i, flag := range in.Flags {
		if flag.Name != "mount" || strings.Contains(flag.Value.Text, "$") {
			continue
		}
		err := parseFlag(node, i, func(word string) (string, error) {
			e, err := Expand(word, f.Escape, noVariables{}.Get)
			return e.Text, err
		})
		if err != nil {
			in.refuse(flag.Span, in.reason(err))
		}
	}
}

// parseFlag has BuildKit read the RUN instruction with one of its flags only.
func parseFlag(node *parser.Node, i int, expand instructions.SingleWordExpander) error {
	v, err := instructions.ParseInstruction(&parser.Node{Value: node.Value, Flags: node.Flags[i : i+1]})
	if err != nil || expand == nil {
		return err
	}
	if run, ok := v.(*instructions.RunCommand); ok {
		return run.Expand(expand)
	}
	return nil
}

// accepts reports whether BuildKit takes a text as instructions.
func accepts(text string, escape byte) bool {
	if escape != parser.DefaultEscapeToken {
		text = "# escape=" + string(escape) + "\n" + text
	}
	nodes := parseNodes(text)
	for _, n := range nodes {
		n.PrevComment = nil
		if _, err := instructions.ParseInstruction(n); err != nil {
			return false
		}
	}
	return len(nodes) > 0
}
