// Package stage resolves a parsed Dockerfile: which stages there are and what they build on,
// what every variable, user, directory and shell is at each instruction and who set it,
// and what is copied from where.
package stage

import (
	"path"
	"slices"
	"strconv"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/image"
	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
)

// State says how much is known of a value.
type State string

// The states, from best known to least.
const (
	Known     State = "known"     // from the file and the command line alone
	Automatic State = "automatic" // BuildKit sets it per platform: TARGETARCH and its kin
	Caller    State = "caller"    // an ARG without default that no --build-arg sets
	Base      State = "base"      // the base image may set it; its configuration is not at hand
	Unknown   State = "unknown"   // anything else that cannot be told, such as an opaque base
)

// worse returns the less known of two states.
func worse(a, b State) State {
	order := []State{Known, Automatic, Caller, Base, Unknown}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// Value is a piece of the Dockerfile with its variables expanded.
type Value struct {
	// Text is the value with quotes taken off; variables that could not be resolved stand in it as written.
	Text  string
	State State
	Span  source.Span // where it is written
	// Vars are the variables that took part, in order of name.
	Vars []*Variable
	// Missing are names that nothing in sight declares.
	Missing []string
	// Overridable is true when an ARG's default took part: --build-arg can change the value.
	Overridable bool
	// assumed: a default in the word took part, since nothing in sight declares the variable. The base image may set it.
	assumed bool
}

// VarKind says what sets a variable.
type VarKind string

// The kinds.
const (
	VarArg       VarKind = "arg"       // ARG in a stage
	VarGlobalArg VarKind = "globalarg" // ARG before the first FROM
	VarEnv       VarKind = "env"       // ENV
	VarBuildArg  VarKind = "buildarg"  // --build-arg on plimline's command line, or what a Compose or Bake file gives
	VarAutomatic VarKind = "automatic" // BuildKit's platform arguments and proxies
	VarBase      VarKind = "base"      // the configuration of a well-known base image
)

// Variable is one setting of a variable. It is immutable.
type Variable struct {
	Name  string
	Kind  VarKind
	Value Value
	// HasValue is false for an ARG that nothing gives a value.
	HasValue bool
	// HasDefault is true for an ARG written with "=".
	HasDefault bool
	// Span is the "NAME=value" that sets it; for automatic ones the ARG that declares it, or zero.
	Span        source.Span
	Instruction *dockerfile.Instruction // nil for automatic and build-arg variables that no ARG declares
	// Global is the ARG before the first FROM that an "ARG NAME" in a stage took its value from.
	Global *Variable
}

// Env is the variables in scope at a place: a persistent list, newest first.
// The nil Env is empty.
type Env struct {
	Var  *Variable
	Prev *Env
}

// Lookup returns the setting of name that holds here, or nil.
func (e *Env) Lookup(name string) *Variable {
	for ; e != nil; e = e.Prev {
		if e.Var.Name == name {
			return e.Var
		}
	}
	return nil
}

// Set returns the scope with one more setting.
func (e *Env) Set(v *Variable) *Env { return &Env{v, e} }

// Setting is a value in effect and the instruction that set it.
type Setting struct {
	Value
	// By is the USER, WORKDIR, ... that set it; nil when the base image or Docker's default did.
	By *dockerfile.Instruction
	// Stage is the stage of By.
	Stage *Stage
}

// Context is the state at a place in a stage.
type Context struct {
	Env     *Env
	User    Setting // Text "" with State Base: nothing in the file sets it
	Workdir Setting // absolute, clean; Text "/" with State Known on scratch, Base otherwise when nothing sets it
	Shell   Shell
}

// Shell is the SHELL in effect.
type Shell struct {
	Words   []string // such as "/bin/sh", "-c"
	Dialect shell.Dialect
	By      *dockerfile.Instruction // nil: Docker's default
}

// Step is one instruction of a stage with the state before it.
type Step struct {
	*dockerfile.Instruction
	Stage  *Stage
	Before Context
	// Trigger is true for an ONBUILD instruction of the base stage, run at the start of this stage.
	Trigger bool
	// Scripts are the shell texts of RUN, and of the commands of CMD, ENTRYPOINT and HEALTHCHECK; nil for others.
	// Those of an ONBUILD are the inner instruction's.
	Scripts []*shell.Script
}

// Directory is where one of the step's commands runs, when it is known: the WORKDIR, then the cds before it.
func (s *Step) Directory(c *shell.Command) (string, bool) {
	at := s.Before.Workdir
	if c.DirUnknown {
		return "", false
	}
	dir, known := at.Text, at.State == Known
	for _, w := range c.Dirs {
		switch {
		case !w.Literal:
			return "", false
		case path.IsAbs(w.Value):
			dir, known = path.Clean(w.Value), true
		default:
			dir = path.Join(dir, w.Value)
		}
	}
	return dir, known
}

// Kind of thing a FROM or --from names.
type Kind string

// The kinds.
const (
	FromStage   Kind = "stage"
	FromScratch Kind = "scratch"
	FromImage   Kind = "image"
	FromContext Kind = "context" // a named build context given on the command line
	FromUnknown Kind = "unknown" // its name is not known: it has variables nobody sets
	FromMain    Kind = "main"    // COPY and ADD without --from: the build context
	FromNothing Kind = "nothing" // BuildKit refuses it, see Copy.Refused
)

// Refusal is why BuildKit refuses a --from (dockerfile2llb, toCommand and dispatch).
type Refusal string

// The refusals.
const (
	RefusedNumber   Refusal = "number"   // no stage has that number
	RefusedSelf     Refusal = "self"     // the stage it stands in
	RefusedLater    Refusal = "later"    // a stage further down
	RefusedVariable Refusal = "variable" // --from takes no variables
)

// Stage is one build stage.
type Stage struct {
	Index int
	// Alias is the name behind AS; its Text is "" when there is none.
	Alias dockerfile.Word
	// From is nil for the implicit stage of a file without FROM.
	From *dockerfile.Instruction
	// Span runs from FROM to the end of the stage's last instruction.
	Span source.Span
	// Kind of what FROM names.
	Kind Kind
	// Base is FROM's argument, expanded.
	Base Value
	// Image is Base taken apart; zero for a stage.
	Image image.Reference
	// Parent is the stage that FROM names, else nil.
	Parent *Stage
	// Platform is --platform, expanded; its Text is "" when there is none.
	Platform Value
	Steps    []*Step
	// Out is the state after the last instruction.
	Out Context
	// Entrypoint, Cmd and Healthcheck are the instructions in effect, also when inherited from a parent; else nil.
	Entrypoint, Cmd, Healthcheck *Step
	// Copies brings what stands outside into the stage, in order.
	Copies []*Copy
	// Needed is true for the final stage and every stage it builds on or copies from.
	Needed bool
	// UsedBy are the stages that build on or copy from this one, in order, each once.
	UsedBy []*Stage
}

// Name is what messages call the stage: its alias as written, else "stage 0".
func (s *Stage) Name() string {
	if s.Alias.Text != "" {
		return s.Alias.Text
	}
	return "stage " + strconv.Itoa(s.Index)
}

// Root is the stage at the beginning of the chain of parents: the one whose base is not a stage.
func (s *Stage) Root() *Stage {
	for s.Parent != nil {
		s = s.Parent
	}
	return s
}

// Chain is the stage and its parents, root first.
func (s *Stage) Chain() []*Stage {
	if s.Parent == nil {
		return []*Stage{s}
	}
	return append(s.Parent.Chain(), s)
}

// Copy is a COPY, ADD, or RUN --mount that brings files from elsewhere into a stage.
type Copy struct {
	Step *Step
	Into *Stage
	// Mount is the --mount flag when it is a RUN's bind or cache mount: the files are there only during that RUN.
	Mount *dockerfile.Flag
	// Kind and From say where it takes from.
	Kind  Kind
	From  *Stage
	Image image.Reference // for FromImage
	// FromWord is the value of --from or from=, expanded; zero for the build context.
	FromWord Value
	// Refused is why BuildKit refuses a copy of kind FromNothing.
	Refused Refusal
	Sources []Path
	Dest    Path
}

// Path is a source or destination of a copy.
type Path struct {
	Value
	// Abs is the cleaned absolute path in its stage, or relative to the build context's root with a leading "/";
	// "" when the value is not known.
	Abs string
	// Slash is true when it is written with a trailing slash, or names "." or "/": a folder.
	Slash bool
	// Glob is true when the source has a wildcard.
	Glob bool
}

// Model is a resolved Dockerfile. It is immutable.
type Model struct {
	File    *dockerfile.File
	Options Options
	// Globals is the scope before the first FROM.
	Globals *Env
	// GlobalSteps are the instructions before the first FROM.
	GlobalSteps []*Step
	Stages      []*Stage
	// Final is the stage that is built: the last one, or --target's. nil when the file has no instructions.
	Final *Stage
}

// Options are what the command line or the configuration says of the build.
type Options struct {
	Target    string            // a stage's name or number; "" is the last stage
	BuildArgs map[string]string // --build-arg
	// CallersArgs are given a value that is not known, whatever their default.
	CallersArgs []string
	Contexts    []string // names of additional build contexts
}
