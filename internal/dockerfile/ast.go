// Package dockerfile reads Dockerfiles into an exact syntax tree.
//
// BuildKit is the authority on meaning: what an instruction's arguments are, and whether it is
// valid. BuildKit knows lines only, so the spans are computed here and checked against its
// values; where the two disagree, a node carries its parent's span rather than a guess.
// This package is the only importer of BuildKit.
package dockerfile

import "github.com/plimline/plimline/internal/source"

// File is a parsed Dockerfile. It is immutable.
type File struct {
	Source       *source.File
	Escape       byte // '\\' or '`'
	Directives   []Directive
	Comments     []Comment
	Instructions []*Instruction // in file order; those that do not parse are here too, with Problem set
	Problems     []Problem      // what BuildKit would refuse, in file order
	// Template is true when the file is the source of a template engine ({{ }}, <% %>, ...):
	// what it builds is unknown, Problems holds one entry that says so, and there are no Instructions.
	Template bool
}

// ProblemKind says what sort of trouble a Problem is.
type ProblemKind string

// The kinds of problems.
const (
	ProblemParse    ProblemKind = "parse"    // an instruction or the file is not valid
	ProblemTemplate ProblemKind = "template" // the file is a template
	ProblemEncoding ProblemKind = "encoding" // the file is not text: not UTF-8, or binary
)

// Problem is something that keeps the file, or one instruction of it, from being read.
type Problem struct {
	Kind    ProblemKind
	Span    source.Span
	Message string // plain words, no line numbers, lower-case start unless a keyword comes first
}

// Directive is a parser directive: "# syntax=...", "# escape=..." or "# check=...".
type Directive struct {
	Name, Value string // Name in lower case
	Span        source.Span
	NameSpan    source.Span
	ValueSpan   source.Span
}

// Comment is a comment line, also one inside a continued instruction. Heredoc bodies have none.
type Comment struct {
	Span source.Span // from "#" to before the line end
	Text string      // what follows "#", trimmed
	// Next is the index in Instructions of the instruction the comment stands before or inside of;
	// len(Instructions) for a comment behind the last one.
	Next int
	// Inside is true for a comment between the lines of a continued instruction.
	Inside bool
}

// Form is how the arguments of an instruction are written.
type Form string

// The forms.
const (
	FormShell Form = "shell" // RUN, CMD, ENTRYPOINT, HEALTHCHECK CMD, SHELL: a line for a shell
	FormExec  Form = "exec"  // a JSON array
	FormWords Form = "words" // everything else
)

// Instruction is one Dockerfile statement.
type Instruction struct {
	Index   int    // in File.Instructions; a nested ONBUILD instruction has its parent's
	Name    string // upper case, such as "FROM"; a misspelt one as written, in upper case
	Keyword Word   // as written
	// Span runs from the keyword to the end of the last argument, or of the last heredoc's terminator.
	Span  source.Span
	Flags []Flag
	Form  Form
	// Body is everything behind the flags, as BuildKit sees it: lines joined, inner comments gone,
	// trimmed. Heredoc bodies are not part of it.
	Body source.Text
	// Args are the arguments. For shell form: one Word, the Body. For exec form: the decoded strings.
	// FROM: image, AS, name. COPY and ADD: sources, then the destination. USER, WORKDIR, MAINTAINER,
	// STOPSIGNAL: one Word. EXPOSE and VOLUME: each. HEALTHCHECK: the type (CMD or NONE), then
	// the command like CMD's. ENV, LABEL and ARG: none, see Pairs.
	Args  []Word
	Pairs []Pair
	// Heredocs in the order of their operators. Those of an ONBUILD line are its inner instruction's.
	Heredocs []Heredoc
	// OnBuild is the instruction within ONBUILD, else nil.
	OnBuild *Instruction
	// Problem is why BuildKit refuses the instruction, else nil. Its other fields hold what could be read.
	Problem *Problem
}

// Word is a piece of an instruction.
type Word struct {
	Text string      // the value BuildKit has for it: quotes and variables as written, JSON strings decoded
	Span source.Span // exact, quotes included
	// Map leads from the bytes of Text back to the file; its String equals Text.
	// Where they cannot be mapped, it is empty.
	Map source.Text
}

// Flag is "--name" or "--name=value" before the arguments.
type Flag struct {
	Name     string // without dashes, as written
	Value    Word   // zero when there is none
	HasValue bool
	Span     source.Span
	NameSpan source.Span // with the dashes
	// Fields are the comma-separated parts of --mount, such as type=cache and target=/root/.cache; else nil.
	Fields []Pair
}

// Pair is "key=value", "key value" (the legacy form) or "key".
type Pair struct {
	Key      Word
	Value    Word // quotes as written; zero when there is none
	HasValue bool
	Legacy   bool // ENV or LABEL "key value"
	Span     source.Span
}

// Heredoc is a here-document of RUN, COPY or ADD.
type Heredoc struct {
	Name       string
	Expand     bool // the name is not quoted
	Chomp      bool // <<-
	FD         uint
	Operator   source.Span // "<<EOF" in the instruction's line, quotes included
	Body       source.Span // the lines between, last line end included
	Terminator source.Span // the closing name, without the line end
	// Content is the body as BuildKit hands it on (tabs chomped for <<-), mapped to the file.
	Content source.Text
}

// Flag returns the last flag of that name, or nil. BuildKit compares names exactly.
func (in *Instruction) Flag(name string) *Flag {
	for i := len(in.Flags) - 1; i >= 0; i-- {
		if in.Flags[i].Name == name {
			return &in.Flags[i]
		}
	}
	return nil
}

// Field returns the value of a field of a --mount flag and whether it is there.
func (f *Flag) Field(names ...string) (Word, bool) {
	for _, p := range f.Fields {
		for _, name := range names {
			if p.Key.Text == name {
				return p.Value, true
			}
		}
	}
	return Word{}, false
}
