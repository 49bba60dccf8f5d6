// Package gobuild knows what the Go build commands of a Dockerfile yield: which files they write, whether cgo takes part,
// and whether what they build reaches the final stage.
//
// What it goes by was tried with Go 1.26 and read in the go command's documentation ("go help build", "go help environment").
package gobuild

import (
	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// Answer is yes, no or unknown.
type Answer string

// The answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

// Build is one go build or go install.
type Build struct {
	Index   int
	Kind    string // "build" or "install"
	Step    *stage.Step
	Command *shell.Command
	Span    source.Span // the command
	Go      source.Span // "go build", from the first word to the second
	// Tool is true for go install path@version: a program that is not this module's.
	Tool bool
	// Flags are the build's flags, those of GOFLAGS too, sorted by name.
	Flags []Flag
	// Packages as written.
	Packages []string
	// Dir is where the command runs, "" when not known.
	Dir string
	// Outputs are the files it writes, as far as known; absolute paths in its stage, later copies and renames too.
	Outputs []string
	// Folder is where it writes files whose names are not known; "" when there are none, or the folder is not known either.
	Folder string
	// symbol is the file it writes, with variables in it that are not known but are the same everywhere; see symbolic.
	symbol string
	// Complete is true when Outputs has all it writes.
	Complete  bool
	Final     Answer // whether an output reaches the final stage
	Cgo       Cgo
	Buildmode string // "default" when none is given
	OS, Arch  string // GOOS and GOARCH, "" when not set or not known
	// Cross says whether it is for another platform than the builder's: yes, no, unknown, or "varies": on a native builder, for
	// the platform that is built for.
	Cross string
	// Compiler says whether the builder has a C compiler when the build runs.
	Compiler Answer
	// Evidence is what the sources say; nil when they are not at hand.
	Evidence *Evidence
	// Exempt is why cgo cannot be off, or does not matter: "fips", "race", "c-shared", "windows", ...
	Exempt string
}

// Flag is a flag of a build. A switch has the value "true".
type Flag struct {
	Name, Value string
	Known       bool        // the value has no unknown variable in it
	Span        source.Span // of the word with the value; the command's for GOFLAGS
}

// CgoState is what decides whether cgo takes part in a build.
type CgoState string

// The states.
const (
	CgoOff        CgoState = "0"
	CgoOn         CgoState = "1"
	CgoDefaultOn  CgoState = "default-on"         // not set; the builder has a C compiler
	CgoDefaultOff CgoState = "default-off"        // not set; the builder has none, or the build is for another platform
	CgoDefault    CgoState = "default"            // not set; whether the builder has a C compiler is not known
	CgoVaries     CgoState = "varies-by-platform" // not set; on for the builder's own platform, off for others
	CgoCaller     CgoState = "caller"             // an ARG without value
	CgoUnknown    CgoState = "unknown"
)

// Cgo is the state of cgo for a build and what decided it.
type Cgo struct {
	State    CgoState
	Span     source.Span // the assignment, ENV or ARG; the command when nothing sets it
	Decision string      // in words
}

// Analysis is what is known of a Dockerfile's Go builds. It is immutable.
type Analysis struct {
	Builds []*Build

	model *stage.Model
	takes map[*stage.Copy][]take // by source
}

// take is what one source of a copy takes.
type take struct {
	words  []string
	builds []int
}

// Analyze finds the builds, follows what they write, and reads their sources in the build context, if there is one.
func Analyze(m *stage.Model, ctx buildcontext.Context, files *buildcontext.Files) *Analysis {
	a := &Analysis{model: m, takes: map[*stage.Copy][]take{}}
	for _, s := range m.Stages {
		a.stage(s)
	}
	if len(a.Builds) > 0 || len(m.Stages) > 1 {
		a.flow()
	}
	for _, b := range a.Builds {
		if b.Final == Yes {
			b.Evidence = a.evidence(b, ctx, files)
		}
	}
	return a
}

// Takes says what source i of a copy takes: "root", "workdir", "sources", "toolchain", "artefact", or nothing that is known;
// and the indexes of the builds whose output it takes.
func (a *Analysis) Takes(c *stage.Copy, i int) (words []string, builds []int) {
	if list := a.takes[c]; i < len(list) {
		return list[i].words, list[i].builds
	}
	return nil, nil
}

// stage finds the builds in one stage.
func (a *Analysis) stage(s *stage.Stage) {
	for _, step := range s.Steps {
		if step.Name != "RUN" {
			continue
		}
		for _, script := range step.Scripts {
			for _, c := range script.Commands {
				if b := a.command(step, c); b != nil {
					b.Index = len(a.Builds)
					a.Builds = append(a.Builds, b)
				}
			}
		}
	}
}
