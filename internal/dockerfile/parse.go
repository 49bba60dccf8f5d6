package dockerfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/plimline/plimline/internal/source"
)

// Parse reads a Dockerfile. It never fails: what BuildKit would refuse is in File.Problems.
func Parse(src *source.File) *File {
	f := &File{Source: src, Escape: '\\'}
	if p, text := encoding(src); p != nil {
		f.Problems = append(f.Problems, *p)
		if !text {
			return f
		}
	}
	s := &splitter{f: f, line: 1}
	s.run()
	nodes := s.nodes()
	for i, st := range s.out {
		f.Instructions = append(f.Instructions, f.instruction(i, st, nodes[i]))
	}
	if at, ok := f.template(); ok {
		f.Template, f.Instructions = true, nil
		f.Problems = []Problem{{ProblemTemplate, at, "this is a template (" + src.Text(at) + "), so what it builds cannot be known"}}
		return f
	}
	f.Problems = append(f.Problems, s.broken...)
	f.misplaced()
	for _, in := range f.Instructions {
		if in.Problem != nil {
			f.Problems = append(f.Problems, *in.Problem)
		}
	}
	if len(f.Instructions) == 0 && len(f.Problems) == 0 {
		f.Problems = append(f.Problems, Problem{ProblemParse, source.Span{}, "the file has no instructions"})
	}
	slices.SortStableFunc(f.Problems, func(a, b Problem) int { return a.Span.Compare(b.Span) })
	return f
}

// encoding finds what is not UTF-8 text. text is false when there is nothing to read in it.
func encoding(src *source.File) (p *Problem, text bool) {
	at := func(i int) source.Span { return source.Span{Start: i, End: min(i+1, len(src.Bytes))} }
	switch {
	case bytes.HasPrefix(src.Bytes, []byte("\xFF\xFE")) || bytes.HasPrefix(src.Bytes, []byte("\xFE\xFF")):
		return &Problem{ProblemEncoding, source.Span{Start: 0, End: 2}, "the file is UTF-16; BuildKit reads UTF-8"}, false
	case bytes.IndexByte(src.Bytes, 0) >= 0:
		return &Problem{ProblemEncoding, at(bytes.IndexByte(src.Bytes, 0)), "the file is binary (it has a NUL byte)"}, false
	case utf8.Valid(src.Bytes):
		return nil, true
	}
	for i := 0; ; {
		r, size := utf8.DecodeRune(src.Bytes[i:])
		if r == utf8.RuneError && size == 1 {
			return &Problem{ProblemEncoding, at(i), fmt.Sprintf("the file is not UTF-8 (byte 0x%02x)", src.Bytes[i])}, true
		}
		i += size
	}
}

// nodes are BuildKit's readings of the statements; nil for one it cannot read, with the statement's problem set.
// The whole file is parsed at once; only when BuildKit refuses it, or sees other instructions in it, each is parsed alone.
func (s *splitter) nodes() []*parser.Node {
	if slices.IndexFunc(s.out, func(st statement) bool { return st.problem != nil }) < 0 {
		if res, err := parser.Parse(bytes.NewReader(s.f.Source.Bytes)); err == nil && s.agrees(res.AST.Children) {
			return res.AST.Children
		}
	}
	out := make([]*parser.Node, len(s.out))
	for i := range s.out {
		if st := &s.out[i]; st.problem == nil {
			out[i] = s.alone(st)
		}
	}
	return out
}

func (s *splitter) agrees(nodes []*parser.Node) bool {
	if len(nodes) != len(s.out) {
		return false
	}
	for i, n := range nodes {
		if n.StartLine != s.out[i].first || n.EndLine != s.out[i].last {
			return false
		}
	}
	return true
}

// alone has BuildKit read one statement.
func (s *splitter) alone(st *statement) *parser.Node {
	src := s.f.Source
	span := source.Span{Start: src.LineSpan(st.first).Start, End: len(src.Bytes)}
	if st.last < src.Lines() {
		span.End = src.LineSpan(st.last + 1).Start
	}
	text := src.Text(span)
	if s.f.Escape != parser.DefaultEscapeToken {
		text = "# escape=" + string(s.f.Escape) + "\n" + text
	}
	whole := source.Span{Start: st.text.Offset(0), End: st.end}
	res, err := parser.Parse(strings.NewReader(text))
	switch {
	case err != nil:
		st.problem = &Problem{ProblemParse, whole, reason(err)}
		return nil
	case len(res.AST.Children) != 1:
		st.problem = &Problem{ProblemParse, whole, "BuildKit does not read this as one instruction"}
		return nil
	}
	return res.AST.Children[0]
}

// reason is BuildKit's message in plain words.
func reason(err error) string {
	message := err.Error()
	for _, prefix := range []string{"failed to process ", "dockerfile parse error"} {
		if strings.HasPrefix(message, prefix) {
			if _, rest, ok := strings.Cut(message, ": "); ok {
				message = rest
			}
		}
	}
	message = strings.TrimPrefix(message, "Syntax error - ")
	return message
}

// instruction makes the tree of a statement. node is nil when BuildKit cannot read it.
func (f *File) instruction(index int, st statement, node *parser.Node) *Instruction {
	in := f.read(st.text, node)
	in.Index = index
	in.Span = source.Span{Start: in.Keyword.Span.Start, End: max(st.end, in.Keyword.Span.End)}
	in.Heredocs = st.heredocs
	for outer := in; outer.OnBuild != nil; outer = outer.OnBuild {
		inner := outer.OnBuild
		inner.Index = index
		inner.Span = source.Span{Start: inner.Keyword.Span.Start, End: in.Span.End}
		inner.Heredocs, outer.Heredocs = st.heredocs, nil
	}
	in.Problem = st.problem
	if in.Problem == nil && node != nil {
		// BuildKit's linter would read them, and without a linter it fails on "# check=error=true".
		node.PrevComment = nil
		if _, err := instructions.ParseInstruction(node); err != nil {
			message := in.suggest(reason(err))
			if in.Name == "" {
				message = "the instruction is empty"
			}
			in.Problem = &Problem{ProblemParse, in.blame(message), message}
		}
	}
	return in
}

// suggest puts our own "did you mean" in the place of BuildKit's, which among equally close names takes any.
func (in *Instruction) suggest(message string) string {
	message, _, _ = strings.Cut(message, " (did you mean ")
	known, name := instructionNames, ""
	switch {
	case strings.HasPrefix(message, "unknown instruction: "):
		name = in.Name
		if in.OnBuild != nil {
			name = in.OnBuild.Name
		}
	case strings.HasPrefix(message, "unknown flag: --"):
		name, _, _ = strings.Cut(strings.TrimPrefix(message, "unknown flag: --"), " ")
		known = flagNames(in.Name)
		if in.OnBuild != nil {
			known = flagNames(in.OnBuild.Name)
		}
	default:
		return message
	}
	best, bestDistance := "", 3
	for _, candidate := range known {
		if d := levenshtein.ComputeDistance(strings.ToUpper(name), strings.ToUpper(strings.TrimPrefix(candidate, "--"))); d < bestDistance && d < len(candidate) {
			best, bestDistance = candidate, d
		}
	}
	if best == "" {
		return message
	}
	return message + " (did you mean " + best + "?)"
}

var instructionNames = []string{
	"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN",
	"SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}

// flagNames are the flags of an instruction (BuildKit's instructions.parse*).
func flagNames(instruction string) []string {
	switch instruction {
	case "ADD":
		return []string{"--chown", "--chmod", "--link", "--keep-git-dir", "--checksum", "--exclude", "--unpack"}
	case "COPY":
		return []string{"--from", "--chown", "--chmod", "--link", "--parents", "--exclude"}
	case "FROM":
		return []string{"--platform"}
	case "HEALTHCHECK":
		return []string{"--interval", "--timeout", "--start-period", "--start-interval", "--retries"}
	case "RUN":
		return []string{"--mount", "--network", "--security", "--device"}
	}
	return nil
}

// blame is the part of an instruction that a message of BuildKit's is about.
func (in *Instruction) blame(message string) source.Span {
	if strings.HasPrefix(message, "unknown instruction") {
		if in.OnBuild != nil {
			return in.OnBuild.Keyword.Span
		}
		return in.Keyword.Span
	}
	for _, x := range []*Instruction{in, in.OnBuild} {
		if x == nil {
			continue
		}
		for _, flag := range x.Flags {
			if flag.Name != "" && strings.Contains(message, "flag") && slices.ContainsFunc(strings.FieldsFunc(message, notName),
				func(word string) bool { return strings.TrimLeft(word, "-") == flag.Name }) {
				return flag.Span
			}
			if flag.HasValue && flag.Value.Text != "" && strings.Contains(message, flag.Value.Text) {
				return flag.Span
			}
		}
		for _, word := range x.Args {
			if len(x.Args) > 1 && len(word.Text) > 2 && strings.Contains(message, word.Text) {
				return word.Span
			}
		}
	}
	return in.Span
}

func notName(r rune) bool {
	return !(r == '-' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
}

// misplaced marks what stands before the first FROM and may not. A file without any FROM is a fragment, not an error.
func (f *File) misplaced() {
	first := slices.IndexFunc(f.Instructions, func(in *Instruction) bool { return in.Name == "FROM" })
	for _, in := range f.Instructions[:max(first, 0)] {
		if in.Name != "ARG" && in.Problem == nil {
			in.Problem = &Problem{ProblemParse, in.Keyword.Span, in.Name + " stands before the first FROM"}
		}
	}
}
