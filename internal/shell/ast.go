// Package shell reads shell text into commands with exact spans.
// It is the only importer of mvdan.cc/sh.
package shell

import "github.com/plimline/plimline/internal/source"

// Script is a piece of shell text: the body of a RUN, a heredoc, or what follows "sh -c".
type Script struct {
	Span source.Span
	// Commands are all simple commands in reading order: those in pipes, lists, subshells, loops,
	// conditions, functions and command substitutions too, and those of a nested "sh -c" or a heredoc fed to a shell.
	Commands []*Command
	// Vars are all parameter expansions in the text in reading order, also those that stand in no command:
	// the subject of a case, the items of a for, [[ ]], (( )) and unquoted heredoc bodies.
	Vars []Var
	// Opaque is true when the text is for no shell we read (PowerShell, cmd, a Python heredoc) or does not parse.
	Opaque bool
	// Reason is why it is opaque, in plain words.
	Reason string
}

// Command is one simple command.
type Command struct {
	Span source.Span // with its assignments and redirects
	// Name is the base name of the program when that is literal ("/usr/local/go/bin/go" and "$GOROOT/bin/go" give "go"),
	// behind wrappers such as env, sudo, exec, time, nice, command, xargs; "" when unknown or only assignments.
	Name string
	// Wrappers are the words before Name that run it: "env", "CGO_ENABLED=0", "sudo".
	Wrappers []Word
	// Words are Name's word and its arguments, wrappers taken off.
	Words []Word
	// Assigns are the assignments that hold for this command alone: prefixes, and env's arguments.
	// A command with no words sets shell variables.
	Assigns   []Assign
	Redirects []Redirect
	// Env are the variables that the script exported before this command (export K=V, set -a, declare -x),
	// later ones last. Plain assignments of variables the script has not exported are in Vars.
	// What the program sees is the image's environment less Unset, then Env, then Assigns.
	Env []Assign
	// Vars are shell variables assigned earlier in the script and not exported by it, later ones last.
	Vars []Assign
	// Unset are names the script unset before this command ("unset CGO_ENABLED", "env -u"), also "env -i" as "*".
	Unset []string
	// Dirs are the arguments of the cd and pushd commands in effect, in order; a relative one follows the one before.
	// DirUnknown is true when a cd's argument is not known or was conditional.
	Dirs       []Word
	DirUnknown bool
	// Conditional is true when the command may not run: in if, case, loops, functions, or behind "||".
	// A command behind "&&" is not conditional: the RUN fails when what precedes it fails.
	Conditional bool
	// Loop is true within for, while, until.
	Loop bool
	// Pipe is the number of commands before this one in its pipeline; PipeLen the pipeline's length (1: no pipe).
	Pipe, PipeLen int
	// Depth counts subshells, substitutions and nested "sh -c" around the command.
	Depth      int
	Background bool
	// After is the operator that follows in its list: "&&", "||", ";", "&", "|" or "".
	After string
}

// Word is one word of a command.
type Word struct {
	Raw  string      // as BuildKit hands it to the shell
	Span source.Span // exact in the file, quotes included
	// Value is the word with quotes and escapes taken off when Literal; else with expansions as written.
	Value   string
	Literal bool // no expansion, substitution or unquoted glob
	// Vars are the parameter expansions in the word, in order. Those within a command substitution
	// belong to the words of its commands.
	Vars []Var
	// Quoted is true when the whole word stands in quotes.
	Quoted bool
	// Text maps the bytes of Value to the file, when Literal.
	Text source.Text
}

// Var is a parameter expansion such as $X, ${X:-d} or "$@".
type Var struct {
	Name   string
	Span   source.Span
	Quoted bool
	// Default is the text behind ":-", "-", ":=" or "=" as written, when there is one.
	Default    string
	HasDefault bool
}

// Assign is NAME=VALUE.
type Assign struct {
	Name string
	// Value is zero for "export NAME" of a variable the script has not set. It is not Literal, and spans what
	// sets it, where the shell computes it: read NAME, for NAME in, $((NAME++)), NAME+=VALUE, NAME=(...).
	Value Word
	Span  source.Span
	// Append is true for NAME+=VALUE.
	Append bool
	// Conditional is true when the assignment itself may not have run when the command that sees it does:
	// it stands in another branch, loop or function, or behind "||".
	Conditional bool
}

// Redirect is a redirection such as ">/dev/null" or "<<EOF".
type Redirect struct {
	FD     string // the digits or {name} before the operator, "" when there are none
	Op     string // ">", ">>", "<", "<<", "<<-", "<<<", ">&", "<&", "<>", ">|", "&>" or "&>>"
	Target Word
	Span   source.Span
}

// Arg returns the value of argument i (0 is the program), or "" when there is none.
func (c *Command) Arg(i int) string {
	if i < len(c.Words) {
		return c.Words[i].Value
	}
	return ""
}
