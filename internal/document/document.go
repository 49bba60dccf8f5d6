// Package document is the input document that rules and policies judge: the stage model as
// plain structs. `plimline parse` prints it, and its JSON schema is made from the structs,
// so that a typo in a rule does not compile.
package document

import "github.com/plimline/plimline/internal/source"

// Span is [start, end): byte offsets in the file, 0-based, half-open.
type Span [2]int

func span(s source.Span) Span { return Span{s.Start, s.End} }

// Document is the input of a rule. The tags of its fields are what the schema and docs/input.md say of them: doc what it is, absent when it is left out.
//
// Optional fields are left out when they do not apply, so that `not stage.from.image.tag` asks whether there is one.
type Document struct {
	Source       *source.File          `json:"-"`
	Path         string                `json:"path" doc:"the file, as the user named it"`
	Span         Span                  `json:"span" doc:"the whole file"`
	Escape       string                `json:"escape" doc:"the escape character: a backslash or a backtick"`
	Template     bool                  `json:"template" doc:"the file is the source of a template engine: what it builds is not known"`
	Implicit     bool                  `json:"implicit" doc:"the file has no FROM: a fragment, read as one stage"`
	Directives   []*Directive          `json:"directives" doc:"parser directives: syntax, escape, check"`
	Comments     []*Comment            `json:"comments" doc:"comment lines, without directives"`
	Problems     []*Problem            `json:"problems" doc:"what BuildKit would refuse"`
	Instructions []*Instruction        `json:"instructions" doc:"all instructions in file order"`
	By           By                    `json:"by" doc:"the instructions of each kind, in file order; invalid ones are left out"`
	Commands     []*Command            `json:"commands" doc:"all shell commands of RUN, in file order"`
	Programs     map[string][]*Command `json:"programs" doc:"the same by the program's base name"`
	Globals      []*Variable           `json:"globals" doc:"ARGs before the first FROM"`
	Stages       []*Stage              `json:"stages" doc:"all stages in file order"`
	Final        *int                  `json:"final,omitempty" doc:"index of the stage that is built: the last one, or --target" absent:"when the file has no stage"`
	Copies       []*Copy               `json:"copies" doc:"what COPY, ADD and RUN --mount bring into stages"`
	Builds       []*Build              `json:"builds" doc:"commands that build Go programs"`
	Context      *Context              `json:"context,omitempty" doc:"the build context" absent:"when it is not at hand, or nothing is copied from it"`
}

// Context is the build context.
type Context struct {
	IgnoreFile string `json:"ignore_file,omitempty" doc:"the file that says what is left out, such as .dockerignore" absent:"when there is none"`
	Repository bool   `json:"repository" doc:"it has a .git that is not left out"`
}

// By groups the instructions.
type By struct {
	Add         []*Instruction `json:"add" doc:"ADD"`
	Arg         []*Instruction `json:"arg" doc:"ARG, global ones too"`
	Cmd         []*Instruction `json:"cmd" doc:"CMD"`
	Copy        []*Instruction `json:"copy" doc:"COPY"`
	Entrypoint  []*Instruction `json:"entrypoint" doc:"ENTRYPOINT"`
	Env         []*Instruction `json:"env" doc:"ENV"`
	Expose      []*Instruction `json:"expose" doc:"EXPOSE"`
	From        []*Instruction `json:"from" doc:"FROM"`
	Healthcheck []*Instruction `json:"healthcheck" doc:"HEALTHCHECK"`
	Label       []*Instruction `json:"label" doc:"LABEL"`
	Maintainer  []*Instruction `json:"maintainer" doc:"MAINTAINER"`
	Onbuild     []*Instruction `json:"onbuild" doc:"the instructions behind ONBUILD; they are in no other group"`
	Run         []*Instruction `json:"run" doc:"RUN"`
	Shell       []*Instruction `json:"shell" doc:"SHELL"`
	Stopsignal  []*Instruction `json:"stopsignal" doc:"STOPSIGNAL"`
	User        []*Instruction `json:"user" doc:"USER"`
	Volume      []*Instruction `json:"volume" doc:"VOLUME"`
	Workdir     []*Instruction `json:"workdir" doc:"WORKDIR"`
}

// Directive is a parser directive.
type Directive struct {
	Name      string `json:"name" doc:"syntax, escape or check"`
	Value     string `json:"value" doc:"what follows ="`
	Span      Span   `json:"span" doc:"the line"`
	ValueSpan Span   `json:"value_span" doc:"the place of the value"`
	Image     *Image `json:"image,omitempty" doc:"of syntax: the frontend that reads the file" absent:"for directives other than syntax"`
}

// Comment is a comment line.
type Comment struct {
	Text string `json:"text" doc:"what follows #, trimmed"`
	Span Span   `json:"span" doc:"from # to the end of the line"`
	Next int    `json:"next" doc:"index of the instruction it stands before or within"`
}

// Problem is something BuildKit refuses.
type Problem struct {
	Kind    string `json:"kind" doc:"parse, template or encoding"`
	Message string `json:"message" doc:"the reason in plain words"`
	Span    Span   `json:"span" doc:"the place"`
}

// Text is a word as written.
type Text struct {
	Text string `json:"text" doc:"as written; JSON strings decoded"`
	Span Span   `json:"span" doc:"the place, quotes included"`
}

// Value is a word with its variables expanded.
type Value struct {
	Text        string `json:"text" doc:"as written"`
	Value       string `json:"value" doc:"with variables expanded and quotes taken off; unresolved ones as written"`
	State       string `json:"state" doc:"known, automatic (BuildKit's platform arguments), caller (an ARG without value), base (the base image may set it) or unknown"`
	Overridable bool   `json:"overridable" doc:"an ARG default took part, so --build-arg can change it"`
	Span        Span   `json:"span" doc:"the place"`
	Vars        []*Use `json:"vars" doc:"the variables that took part"`
}

// Use is a variable that took part in a value.
type Use struct {
	Name string `json:"name" doc:"its name"`
	Kind string `json:"kind" doc:"arg, globalarg, env, buildarg, automatic or undeclared"`
	Span *Span  `json:"span,omitempty" doc:"where it was set, or declared" absent:"for what BuildKit or the command line sets, and for what nothing declares"`
}

// Variable is one setting of a variable.
type Variable struct {
	Name        string `json:"name" doc:"its name"`
	Kind        string `json:"kind" doc:"arg, globalarg, env, buildarg or automatic"`
	Value       string `json:"value,omitempty" doc:"its value" absent:"when nothing gives it one"`
	State       string `json:"state" doc:"as of a value"`
	HasDefault  bool   `json:"has_default" doc:"an ARG written with ="`
	Span        *Span  `json:"span,omitempty" doc:"NAME=value" absent:"for what BuildKit or the command line sets"`
	Instruction *int   `json:"instruction,omitempty" doc:"index of the instruction that sets it" absent:"for what BuildKit or the command line sets"`
}

// Instruction is one statement.
type Instruction struct {
	Index      int        `json:"index" doc:"position in input.instructions"`
	Name       string     `json:"name" doc:"keyword in lower case; that of the inner instruction for ONBUILD"`
	Keyword    Text       `json:"keyword" doc:"as written"`
	Span       Span       `json:"span" doc:"keyword to last argument or heredoc end"`
	Valid      bool       `json:"valid" doc:"BuildKit accepts it"`
	Onbuild    bool       `json:"onbuild" doc:"it stands behind ONBUILD"`
	Stage      *int       `json:"stage,omitempty" doc:"index of its stage" absent:"before the first FROM"`
	Form       string     `json:"form" doc:"shell, exec (a JSON array) or words"`
	Body       Text       `json:"body" doc:"everything behind the flags, lines joined"`
	Flags      []*Flag    `json:"flags" doc:"--name=value before the arguments"`
	Args       []*Value   `json:"args" doc:"the arguments; one for shell form"`
	Pairs      []*Pair    `json:"pairs" doc:"of ENV, LABEL and ARG"`
	Heredocs   []*Heredoc `json:"heredocs" doc:"here-documents"`
	Commands   []*Command `json:"commands" doc:"shell commands of RUN, CMD, ENTRYPOINT and HEALTHCHECK"`
	Opaque     string     `json:"opaque,omitempty" doc:"why the commands could not be read" absent:"when they could, or there are none"`
	Unset      []*Unset   `json:"unset" doc:"variables it uses that nothing in the file sets; a base image may"`
	EmptyLines []*Span    `json:"empty_lines" doc:"empty lines between its continued ones"`
	Shell      []string   `json:"shell" doc:"the SHELL in effect"`
	User       *Setting   `json:"user,omitempty" doc:"the USER in effect before it" absent:"when nothing in the file sets one"`
	Workdir    *Setting   `json:"workdir,omitempty" doc:"the WORKDIR in effect before it" absent:"when nothing in the file sets one"`
}

// Unset is a use of a variable that nothing in the file sets.
type Unset struct {
	Name     string `json:"name" doc:"the variable"`
	Platform bool   `json:"platform" doc:"one of BuildKit's, such as TARGETARCH, which the stage has no ARG for"`
	Required bool   `json:"required" doc:"written ${X:?text} or ${X?text}, not in RUN: without it the build stops"`
	Similar  string `json:"similar,omitempty" doc:"a variable that is set and called nearly like it" absent:"when none is"`
	Span     Span   `json:"span" doc:"the place"`
}

// Flag is --name or --name=value.
type Flag struct {
	Name   string  `json:"name" doc:"without dashes"`
	Value  *Value  `json:"value,omitempty" doc:"behind =" absent:"for a flag without ="`
	Span   Span    `json:"span" doc:"the whole flag"`
	Fields []*Pair `json:"fields" doc:"the parts of --mount"`
}

// Pair is a key and its value.
type Pair struct {
	Key    Text   `json:"key" doc:"the key"`
	Value  *Value `json:"value,omitempty" doc:"the value" absent:"when there is none, as in ARG NAME"`
	Legacy bool   `json:"legacy" doc:"written KEY VALUE, without ="`
	Span   Span   `json:"span" doc:"key and value"`
}

// Heredoc is a here-document.
type Heredoc struct {
	Name    string `json:"name" doc:"the closing word"`
	Content string `json:"content" doc:"the text"`
	Expand  bool   `json:"expand" doc:"variables in it are expanded"`
	Span    Span   `json:"span" doc:"the operator, such as <<EOF"`
	Body    Span   `json:"body" doc:"the lines between"`
}

// Command is one simple shell command.
type Command struct {
	Name        string      `json:"name,omitempty" doc:"the program's base name, behind wrappers such as env and sudo" absent:"when a variable takes part in it"`
	Words       []*Word     `json:"words" doc:"the program and its arguments"`
	Args        []string    `json:"args" doc:"the arguments' values, without the program"`
	Wrappers    []*Word     `json:"wrappers" doc:"words before the program: env, sudo, ... and their arguments"`
	Assigns     []*Assign   `json:"assigns" doc:"variables set for this command alone"`
	Redirects   []*Redirect `json:"redirects" doc:"redirections"`
	Span        Span        `json:"span" doc:"the whole command"`
	Instruction int         `json:"instruction" doc:"index of its instruction"`
	Stage       *int        `json:"stage,omitempty" doc:"index of its stage" absent:"before the first FROM"`
	Onbuild     bool        `json:"onbuild" doc:"it stands behind ONBUILD"`
	Conditional bool        `json:"conditional" doc:"it may not run: in if, case, loops, functions or behind ||"`
	Loop        bool        `json:"loop" doc:"it is in a loop"`
	Pipe        int         `json:"pipe" doc:"position in its pipeline, from 0"`
	PipeLength  int         `json:"pipe_length" doc:"commands in its pipeline; 1 for no pipe"`
	After       string      `json:"after" doc:"the operator behind it: &&, ||, ;, &, | or nothing"`
	Depth       int         `json:"depth" doc:"subshells, substitutions and sh -c around it"`
	Directory   *string     `json:"directory,omitempty" doc:"the directory it runs in" absent:"when it is not known"`
}

// Word is one word of a command.
type Word struct {
	Text    string   `json:"text" doc:"as written"`
	Value   string   `json:"value" doc:"without quotes and escapes"`
	Literal bool     `json:"literal" doc:"no expansion, substitution or glob in it"`
	Quoted  bool     `json:"quoted" doc:"all of it stands in quotes"`
	Vars    []string `json:"vars" doc:"names of variables in it"`
	Span    Span     `json:"span" doc:"the place, quotes included"`
}

// Assign is NAME=VALUE in a shell.
type Assign struct {
	Name  string `json:"name" doc:"the variable"`
	Value *Word  `json:"value,omitempty" doc:"its value" absent:"for NAME= with nothing behind it"`
	Span  Span   `json:"span" doc:"the place"`
}

// Redirect is a redirection.
type Redirect struct {
	Op     string `json:"op" doc:"such as > or 2>&1"`
	Target *Word  `json:"target,omitempty" doc:"the file" absent:"for redirections that name none, such as 2>&1"`
	Span   Span   `json:"span" doc:"the place"`
}

// Setting is a value and the instruction that set it.
type Setting struct {
	Value       string `json:"value" doc:"with variables expanded"`
	State       string `json:"state" doc:"as of a value"`
	Overridable bool   `json:"overridable" doc:"--build-arg can change it"`
	Span        Span   `json:"span" doc:"where it is written"`
	Instruction int    `json:"instruction" doc:"index of the instruction that set it"`
	Stage       int    `json:"stage" doc:"index of the stage that set it"`
}

// Stage is one build stage.
type Stage struct {
	Index        int            `json:"index" doc:"position in input.stages"`
	Name         string         `json:"name" doc:"its alias as written, else stage 0, stage 1, ..."`
	Alias        *Text          `json:"alias,omitempty" doc:"the name behind AS" absent:"when it has none"`
	Span         Span           `json:"span" doc:"FROM to its last instruction"`
	From         *From          `json:"from,omitempty" doc:"what it builds on" absent:"for the implicit stage of a file without FROM"`
	Parent       *int           `json:"parent,omitempty" doc:"index of the stage that FROM names" absent:"when FROM names an image"`
	Root         int            `json:"root" doc:"index of the first stage of its chain of parents"`
	Chain        []int          `json:"chain" doc:"indexes of the stages it is made of by FROM, root first, itself last"`
	Base         Image          `json:"base" doc:"the image its chain of parents starts from"`
	Final        bool           `json:"final" doc:"it is the stage that is built"`
	Needed       bool           `json:"needed" doc:"the final stage is built from it"`
	UsedBy       []int          `json:"used_by" doc:"indexes of stages that build on it or copy from it"`
	Instructions []*Instruction `json:"instructions" doc:"its instructions, without FROM"`
	Commands     []*Command     `json:"commands" doc:"its shell commands"`
	User         *Setting       `json:"user,omitempty" doc:"the USER it ends with" absent:"when nothing in the file sets one"`
	Workdir      *Setting       `json:"workdir,omitempty" doc:"the WORKDIR it ends with" absent:"when nothing in the file sets one"`
	Shell        []string       `json:"shell" doc:"the SHELL it ends with"`
	Entrypoint   *int           `json:"entrypoint,omitempty" doc:"index of the ENTRYPOINT in effect" absent:"when nothing in the file sets one"`
	Cmd          *int           `json:"cmd,omitempty" doc:"index of the CMD in effect" absent:"when nothing in the file sets one, or ENTRYPOINT has done away with it"`
	Healthcheck  *int           `json:"healthcheck,omitempty" doc:"index of the HEALTHCHECK in effect" absent:"when nothing in the file sets one"`
	Entry        *Entry         `json:"entry,omitempty" doc:"the program it starts" absent:"when neither ENTRYPOINT nor CMD names one by its path"`
	Env          []*Variable    `json:"env" doc:"ENV and ARG in effect at its end"`
	Toolchain    *Span          `json:"toolchain,omitempty" doc:"where its Go toolchain comes from: its base, or what installs it" absent:"when it has none"`
}

// From is what a stage builds on.
type From struct {
	Text     string `json:"text" doc:"as written"`
	Value    string `json:"value" doc:"with variables expanded"`
	State    string `json:"state" doc:"as of a value"`
	Span     Span   `json:"span" doc:"the argument of FROM"`
	Kind     string `json:"kind" doc:"stage, scratch, image, context or unknown"`
	Image    Image  `json:"image" doc:"the argument as an image reference"`
	Platform *Value `json:"platform,omitempty" doc:"--platform" absent:"when it is not given"`
	Vars     []*Use `json:"vars" doc:"the variables that took part"`
}

// Image is an image reference and what is known of the image.
type Image struct {
	Text         string `json:"text" doc:"the reference, variables expanded"`
	Kind         string `json:"kind" doc:"stage, scratch, image, context or unknown"`
	Span         Span   `json:"span" doc:"where it is written"`
	Registry     string `json:"registry" doc:"such as docker.io"`
	Repository   string `json:"repository" doc:"such as library/golang"`
	Name         string `json:"name" doc:"last part of the repository"`
	Familiar     string `json:"familiar" doc:"registry and repository as people write them"`
	Tag          string `json:"tag,omitempty" doc:"the tag" absent:"when none is written"`
	TagSpan      *Span  `json:"tag_span,omitempty" doc:"where the tag is written" absent:"when there is no tag, a variable takes part in the reference, or it is not of FROM"`
	Digest       string `json:"digest,omitempty" doc:"the digest, such as sha256:..." absent:"when none is written"`
	Invalid      string `json:"invalid,omitempty" doc:"why it is not an image reference, so that the build stops: case (the repository has upper-case letters), scheme (it is a URL) or form" absent:"when it is one, or may become one"`
	Class        string `json:"class" doc:"empty, static, libc, busybox, small, slim, full, toolchain, app, windows or unknown"`
	Libc         string `json:"libc" doc:"glibc, musl, none or unknown"`
	Shell        string `json:"shell" doc:"whether it has /bin/sh: yes, no or unknown"`
	User         string `json:"user" doc:"the user it runs as when no USER is set: root, nonroot or unknown"`
	Certificates string `json:"certificates" doc:"whether it has CA certificates: yes, no or unknown"`
	Zones        string `json:"zones" doc:"whether it has time zone data: yes, no or unknown"`
	Compiler     string `json:"compiler" doc:"whether it has a C compiler: yes, no or unknown"`
}

// Copy is what COPY, ADD or RUN --mount brings into a stage.
type Copy struct {
	Instruction int     `json:"instruction" doc:"index of the instruction"`
	Span        Span    `json:"span" doc:"the instruction, or the --mount flag"`
	Into        int     `json:"into" doc:"index of the stage"`
	Mount       bool    `json:"mount" doc:"a RUN --mount: there during that RUN only"`
	Add         bool    `json:"add" doc:"written with ADD"`
	Kind        string  `json:"kind" doc:"stage, scratch, image, main (the build context), context (a named one), nothing (BuildKit refuses it) or unknown"`
	Refused     string  `json:"refused,omitempty" doc:"why it names nothing: number, self, later or variable" absent:"when it names something"`
	From        *Value  `json:"from,omitempty" doc:"the value of --from" absent:"for copies from the build context"`
	Stage       *int    `json:"stage,omitempty" doc:"index of the stage it takes from" absent:"when it takes from no stage of the file"`
	Image       *Image  `json:"image,omitempty" doc:"the image it takes from" absent:"when it takes from none"`
	Sources     []*Path `json:"sources" doc:"what it takes"`
	Dest        *Path   `json:"dest,omitempty" doc:"where it goes" absent:"when none is written"`
}

// Path is a source or destination of a copy.
type Path struct {
	Text    string   `json:"text" doc:"as written"`
	Value   string   `json:"value" doc:"with variables expanded"`
	State   string   `json:"state" doc:"as of a value"`
	Span    Span     `json:"span" doc:"the place"`
	Path    string   `json:"path,omitempty" doc:"absolute and clean" absent:"when it is not known"`
	Folder  bool     `json:"folder" doc:"written as a folder: with a trailing slash"`
	Glob    bool     `json:"glob" doc:"it has a wildcard"`
	Absent  bool     `json:"absent" doc:"certainly not in the stage it is taken from"`
	Ignored bool     `json:"ignored" doc:"the build context's .dockerignore leaves it out"`
	Takes   []string `json:"takes" doc:"what is known of it in the stage it comes from: root, workdir, sources, toolchain, artefact or nothing"`
	Builds  []int    `json:"builds" doc:"indexes of the Go builds whose output it takes"`
}

// Build is one command that builds a Go program.
type Build struct {
	Index       int          `json:"index" doc:"position in input.builds"`
	Kind        string       `json:"kind" doc:"build or install"`
	Span        Span         `json:"span" doc:"the command"`
	Go          Span         `json:"go" doc:"the words go build, or go install"`
	Stage       int          `json:"stage" doc:"index of its stage"`
	Instruction int          `json:"instruction" doc:"index of its RUN"`
	Conditional bool         `json:"conditional" doc:"it may not run"`
	Tool        bool         `json:"tool" doc:"it installs a tool: go install path@version"`
	Flags       []*BuildFlag `json:"flags" doc:"its flags, those of GOFLAGS too"`
	Packages    []string     `json:"packages" doc:"as written"`
	Outputs     []string     `json:"outputs" doc:"absolute paths it writes, as far as known"`
	Complete    bool         `json:"complete" doc:"outputs lists all it writes"`
	Final       string       `json:"final" doc:"whether its output reaches the final stage: yes, no or unknown"`
	Cgo         Cgo          `json:"cgo" doc:"whether cgo takes part"`
	Evidence    *Evidence    `json:"evidence,omitempty" doc:"what its sources say" absent:"when they are not at hand"`
	Buildmode   string       `json:"buildmode" doc:"default, pie, c-shared, ..."`
	Os          string       `json:"os,omitempty" doc:"GOOS" absent:"when it is not set, or not known"`
	Arch        string       `json:"arch,omitempty" doc:"GOARCH" absent:"when it is not set, or not known"`
	Cross       string       `json:"cross" doc:"for another platform than the builder's: yes, no, varies (with the platform that is built for) or unknown"`
	Compiler    string       `json:"compiler" doc:"whether the builder has a C compiler then: yes, no or unknown"`
	Exempt      string       `json:"exempt,omitempty" doc:"why cgo is needed: fips, c-shared, plugin, race" absent:"when it is not"`
}

// Evidence is what the sources of a program say.
type Evidence struct {
	Complete  bool    `json:"complete" doc:"all of its imports could be followed"`
	Net       *Import `json:"net,omitempty" doc:"an import that brings package net" absent:"when none does"`
	User      *Import `json:"user,omitempty" doc:"an import that brings package os/user" absent:"when none does"`
	Cgo       *Import `json:"cgo,omitempty" doc:"an import of C, or of a package known to be for C code" absent:"when there is none, or cgo is off"`
	NeedsCgo  *Import `json:"needs_cgo,omitempty" doc:"what excluded or stub would be with cgo off" absent:"when there is none, or cgo is off"`
	Excluded  *Import `json:"excluded,omitempty" doc:"a package that does not compile because cgo is off" absent:"when there is none"`
	Stub      *Import `json:"stub,omitempty" doc:"a package that only returns errors because cgo is off, as SQLite drivers do" absent:"when there is none"`
	Client    *Import `json:"client,omitempty" doc:"a call that speaks TLS; looked for when the final image has no CA certificates, or the Go toolchain" absent:"when there is none, or it was not looked for"`
	Zone      *Import `json:"zone,omitempty" doc:"a call that needs time zone data; looked for when the final image has none, or the Go toolchain" absent:"when there is none, or it was not looked for"`
	Temp      *Import `json:"temp,omitempty" doc:"a call that needs /tmp; looked for when the final image is empty, or has the Go toolchain" absent:"when there is none, or it was not looked for"`
	Roots     *Import `json:"roots,omitempty" doc:"an import that brings CA certificates" absent:"when none does"`
	Zones     *Import `json:"zones,omitempty" doc:"an import that brings time zone data" absent:"when none does"`
	Vendored  bool    `json:"vendored" doc:"the module has a vendor folder"`
	Requires  int     `json:"requires" doc:"how many modules go.mod requires"`
	GoVersion string  `json:"go_version,omitempty" doc:"the go line of go.mod" absent:"when it has none"`
	Module    string  `json:"module" doc:"the folder of go.mod in the build context, . for the context itself"`
	Sums      bool    `json:"sums" doc:"there is a go.sum"`
	Local     bool    `json:"local" doc:"go.mod replaces a module by a folder"`
	Reads     []*Read `json:"reads" doc:"files and folders of the build context that the module's own sources name; looked for when the final image has the Go toolchain"`
}

// Read is a file or folder that a program names.
type Read struct {
	Path   string `json:"path" doc:"absolute, in the image"`
	Folder bool   `json:"folder" doc:"it is a folder"`
	File   string `json:"file" doc:"the Go file that names it"`
}

// Import is an import or a call in the sources.
type Import struct {
	Path string `json:"path" doc:"the package, or the function"`
	File string `json:"file" doc:"the file it stands in"`
}

// BuildFlag is a flag of go build.
type BuildFlag struct {
	Name  string `json:"name" doc:"without dashes"`
	Value string `json:"value" doc:"true for a switch"`
	Known bool   `json:"known" doc:"no unknown variable is in the value"`
	Span  Span   `json:"span" doc:"the place of the value"`
}

// Entry is the program a container starts.
type Entry struct {
	Path        string `json:"path" doc:"absolute"`
	Span        Span   `json:"span" doc:"where it is written"`
	Instruction int    `json:"instruction" doc:"index of the ENTRYPOINT or CMD"`
	Exists      string `json:"exists" doc:"yes, no (certainly) or unknown"`
}

// Cgo is the state of cgo for a build.
type Cgo struct {
	State    string `json:"state" doc:"0, 1, default-on, default-off, default (not set; whether there is a C compiler is not known), varies-by-platform, caller or unknown"`
	Span     Span   `json:"span" doc:"what decided it; the command when nothing did"`
	Decision string `json:"decision" doc:"what decided it, in words"`
}
