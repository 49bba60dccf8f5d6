package dockerfile

import (
	"slices"

	"github.com/plimline/plimline/internal/source"
)

// Parse reads a Dockerfile. It never fails: what BuildKit would refuse is in File.Problems.
func Parse(src *source.File) *File {
	f := &File{Source: src, Escape: '\\'}
	text, bad := decode(src.Bytes)
	if bad != nil {
		f.Problems = append(f.Problems, *bad)
		if text == "" {
			return f
		}
	}
	s := &splitter{f: f, text: text}
	s.run()
	f.Instructions = make([]*Instruction, len(s.out))
	for i := range s.out {
		f.Instructions[i] = f.instruction(i, &s.out[i])
	}
	s.consult()
	if at, ok := f.template(text); ok {
		f.Template, f.Instructions = true, nil
		f.Problems = []Problem{{ProblemTemplate, at, "this is a template (" + actionText(src.Text(at)) + "), so what it builds cannot be known"}}
		return f
	}
	f.Problems = append(f.Problems, s.broken...)
	f.misplaced()
	for _, in := range f.Instructions {
		if len(f.Problems) == 1 && f.foreign() {
			break
		}
		if in.Problem != nil {
			f.Problems = append(f.Problems, *in.Problem)
		}
		if in.OnBuild != nil && in.OnBuild.Problem != nil {
			f.Problems = append(f.Problems, *in.OnBuild.Problem)
		}
	}
	if len(f.Instructions) == 0 && len(f.Problems) == 0 {
		f.Problems = append(f.Problems, Problem{ProblemParse, source.Span{}, "the file has no instructions"})
	}
	slices.SortStableFunc(f.Problems, func(a, b Problem) int { return a.Span.Compare(b.Span) })
	return f
}

// instruction reads a statement.
func (f *File) instruction(index int, st *statement) *Instruction {
	in := f.read(st.text, false)
	in.Index, in.Span = index, st.span()
	if in.Name == "" {
		in.Keyword.Span = source.Span{Start: in.Span.Start, End: in.Span.Start}
		in.refuse(in.Span, "line continuation without an instruction")
	}
	in.Heredocs = st.heredocs
	if x := in.OnBuild; x != nil {
		x.Index, x.Span.End = index, in.Span.End
		x.Heredocs, in.Heredocs = in.Heredocs, nil
	}
	if st.problem != nil {
		in.Problem = st.problem
	}
	return in
}

// foreign reports whether no instruction of the file is one that BuildKit knows: some other kind of text, in which
// the first unknown instruction says it all.
func (f *File) foreign() bool {
	return !slices.ContainsFunc(f.Instructions, func(in *Instruction) bool { return isInstruction(in.Name) })
}

// misplaced marks what stands before the first FROM and may not. A file without any FROM is a fragment, not an error.
func (f *File) misplaced() {
	first := slices.IndexFunc(f.Instructions, func(in *Instruction) bool { return in.Name == "FROM" })
	for _, in := range f.Instructions[:max(first, 0)] {
		if in.Name != "ARG" {
			in.refuse(in.Keyword.Span, in.Name+" stands before the first FROM")
		}
	}
}
