# METADATA
# title: A Go program is built in a stage of its own
# description: |
#   An image that holds the Go toolchain and the sources is 300 to 800 MB instead of 10, takes that much longer to pull and
#   start, and gives whoever breaks in a compiler to work with. Build in one stage, and copy the
#   program into a small final one with `COPY --from`.
# related_resources:
#   - https://docs.docker.com/build/building/multi-stage/
# custom:
#   severity: warning
#   category: size
#   aliases: [plimline/single-stage-go]
#   needs: [go in final]
#   since: 0.1.0
package plimline.policies["builder-stage"]

import data.plimline.lib

# The program is built in what is shipped.
findings contains mended(lib.related(lib.at({"span": build.go}, message), lib.final.from, "the image that is shipped")) if {
	some build in built_in_final
	build.index == min([other.index | some other in built_in_final])
	message := "the program is built in the final stage, so the Go toolchain and the sources ship with it"
}

# The sources are run by the toolchain, or built by something this file does not show.
findings contains mended(lib.at({"span": lib.final.toolchain}, message)) if {
	count(built_in_final) == 0
	runs_go
	message := "the Go toolchain ships with the final stage"
}

built_in_final contains build if {
	some build in input.builds
	not build.tool
	build.stage in lib.final_chain
	lib.final.from
}

# The program is built in a stage of its own, and copied into an image with the toolchain all the same.
runs_go if {
	some build in input.builds
	build.final == "yes"
	not build.tool
}

# "go run" is what the container does.
runs_go if {
	some instruction in lib.started
	some command in instruction.commands
	command.name == "go"
}

# A program of its own sources on a Go image. An image of tools has no sources, or runs a shell.
runs_go if {
	lib.final.base.class == "toolchain"
	some instruction in lib.started
	some command in instruction.commands
	not command.name in {"sh", "bash", "ash", "make", "tail", "sleep"}
	some copy in input.copies
	copy.into in lib.final_chain
	copy.kind == "main"
	not copy.mount
	some source in copy.sources
	is_source(source.path)
}

# golang:onbuild copies and builds by itself.
runs_go if {
	lib.final.base.name == "golang"
	endswith(lib.final.base.tag, "onbuild")
}

is_source("/")

is_source(path) if endswith(path, ".go")

is_source(path) if endswith(path, "/go.mod")

# The fix makes two stages of the one: what builds stays, with the tools, and what the container needs follows a FROM of its own.
# Where one instruction does something that cannot be told, there is no fix.

mended(finding) := lib.risky(finding, title, edits) if splittable

mended(finding) := finding if not splittable

title := sprintf("Ship %s on %s, built in a stage of its own; this assumes that %s", [concat(", ", sort(programs)), base, assumed])

assumed := "nothing else of the image is needed" if known_needs

assumed := "nothing else of the image is needed, and no C" if not known_needs

known_needs if {
	count(own) > 0
	every build in own {
		build.cgo.state == "0"
	}
}

known_needs if {
	count(own) > 0
	every build in own {
		build.evidence.complete
	}
}

stage := lib.final

# How the final stage came to be: it builds ("one"), it is FROM the stage that does ("child"), or it is FROM an image with a toolchain
# that nothing in it uses ("image"), or builds when the container starts ("run").
shape := "one" if {
	stage.chain == [stage.index]
	count(built_in_final) > 0
}

shape := "child" if {
	count(stage.chain) == 2
	count(built_in_final) > 0
	count([instruction | some instruction in stage.instructions; instruction.name == "run"]) == 0
}

shape := "run" if {
	stage.chain == [stage.index]
	count(built_in_final) == 0
	go_run
}

shape := "image" if {
	not go_run
	stage.chain == [stage.index]
	count(built_in_final) == 0
	count([instruction | some instruction in stage.instructions; instruction.name == "run"]) == 0
}

own := [build | some build in input.builds; build.stage in lib.final_chain; not build.tool] if shape != "image"

own := [build | some build in input.builds; build.final == "yes"; not build.tool] if shape == "image"

programs := {output | some build in own; some output in build.outputs} if shape in {"one", "child"}

programs := {concat("/", ["/out", run_name])} if shape == "run"

programs := {lands(copy, source) |
	some copy in input.copies
	copy.into == stage.index
	some source in copy.sources
	lib.program(source)
} if {
	shape == "image"
}

commands := [command | some index in stage.chain; some command in input.stages[index].commands]

instructions := [instruction | some index in stage.chain; some instruction in input.stages[index].instructions]

# What comes up to here builds; what comes behind it is for the container, and stays as it is.
divide := max([instruction.index | some instruction in instructions; instruction.name == "run"]) if shape == "one"

divide := max([instruction.index | some instruction in instructions; instruction.name in {"run", "copy", "add"}]) if shape == "run"

divide := from_index if shape in {"child", "image"}

# The command of a container that is "go run" with a package and arguments.
go_run := main_command if {
	main_command.name == "go"
	main_command.args[0] == "run"
	not startswith(main_command.args[1], "-")
	main_command.wrappers == []
	every word in main_command.words {
		word.literal
	}
}

run_name := "app" if go_run.args[1] in {".", "./", "main.go", "./main.go", "*.go"}

run_name := trim_suffix(basename(trim_suffix(go_run.args[1], "/")), ".go") if not go_run.args[1] in {".", "./", "main.go", "./main.go", "*.go"}

run_array := json.marshal(array.concat([concat("/", ["/out", run_name])], array.slice(go_run.args, 2, count(go_run.args))))

from_index := [instruction.index | some instruction in input.by.from; instruction.stage == stage.index][0]

splittable if {
	not input.template
	stage.index == count(input.stages) - 1
	input.stages[stage.root].from.kind == "image"
	count(programs) > 0
	starts_program
	count(strange) == 0
	base
}

starts_program if started_at != ""

# Where the program that the container starts lies.
started_at := stage.entry.path if stage.entry.path in programs

started_at := found if {
	not stage.entry
	found := [program | some program in programs; program in started_words][0]
}

started_at := concat("/", ["/out", run_name]) if shape == "run"

# Its name alone is looked up in PATH.
started_at := found if {
	not stage.entry
	found := [program | some program in programs; dirname(program) in in_path; basename(program) in started_words][0]
}

in_path := {"/go/bin", "/usr/local/go/bin"} | in_every_path

in_every_path := {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}

# The first word of what is started, as an absolute path when it is a path.
started_words contains absolute(command.words[0].value, stage) if {
	command := main_command
}

main_command := input.instructions[stage.entrypoint].commands[0] if count(input.instructions[stage.entrypoint].commands) == 1

main_command := input.instructions[stage.cmd].commands[0] if {
	not stage.entrypoint
	count(input.instructions[stage.cmd].commands) == 1
}

absolute(word, _) := word if startswith(word, "/")

absolute(word, _) := word if not contains(word, "/")

absolute(word, at) := sprintf("%s/%s", [at.workdir.value, trim_prefix(word, "./")]) if {
	contains(word, "/")
	not startswith(word, "/")
	not contains(word, "..")
}

dirname(path) := concat("/", array.slice(split(path, "/"), 0, count(split(path, "/")) - 1))

basename(path) := regex.replace(path, `^.*/`, "")

# What nobody can say the meaning of in an image without the tools.
strange contains instruction.index if {
	some instruction in instructions
	not plain(instruction)
}

strange contains build.index if {
	some build in own
	not built_plainly(build)
}

strange contains command.span if {
	some command in commands
	not harmless(command)
}

strange contains copy.span if {
	some copy in input.copies
	copy.into in lib.final_chain
	not copy.mount
	not told(copy)
}

strange contains "user" if stage.user.state != "known"

strange contains "workdir" if stage.workdir.state != "known"

built_plainly(build) if {
	not build.conditional
	build.complete
	count(build.outputs) > 0
	build.cgo.state in {"0", "1"}
}

built_plainly(build) if {
	not build.conditional
	build.complete
	count(build.outputs) > 0
	can_set(build)
}

# A variable can stand in front of the command.
can_set(build) if {
	input.instructions[build.instruction].form == "shell"
	some command in input.instructions[build.instruction].commands
	command.span == build.span
	command.wrappers == []
}

plain(instruction) if {
	instruction.valid
	instruction.name in {"arg", "env", "workdir", "expose", "label", "volume", "stopsignal", "user", "copy", "add", "cmd", "entrypoint", "healthcheck", "maintainer"}
	count(instruction.heredocs) == 0
	not needs_other(instruction)
}

plain(instruction) if {
	instruction.name == "run"
	instruction.valid
	instruction.form == "shell"
	not instruction.opaque
	count(instruction.heredocs) == 0
	instruction.shell == ["/bin/sh", "-c"]
}

# It starts what is in neither image: curl in a HEALTHCHECK, bash.
needs_other(instruction) if {
	starts(instruction)
	some command in instruction.commands
	not is_program(command)
	not command.name in in_busybox
	command.span != object.get(go_run_or_none, "span", null)
}

# Behind an ENTRYPOINT, CMD is arguments, which must be no words for a shell.
needs_other(instruction) if {
	instruction.name == "cmd"
	stage.entrypoint
	instruction.form == "shell"
}

starts(instruction) if instruction.name in {"entrypoint", "healthcheck"}

starts(instruction) if {
	instruction.name == "cmd"
	not stage.entrypoint
}

go_run_or_none := go_run

default go_run_or_none := {}

is_program(command) if absolute(command.words[0].value, stage) in programs

is_program(command) if {
	some program in programs
	basename(program) == command.words[0].value
}

in_busybox := {"sh", "exec", "exit", "test", "[", "true", "echo", "wget", "nc", "pgrep", "grep", "sleep", "kill", "cat", "export", "cd"}

# What is done to build, and needs no place in the image; what it leaves there is copied.
harmless(command) if command.name in {
	"go", "echo", "printf", "ls", "pwd", "set", "cd", "export", "true", "env", "git", "mkdir", "chmod", "rm", "strip", "upx", "test", "[", "gofmt", "find", "grep", "cat",
	"useradd", "groupadd", "adduser", "addgroup", "update-ca-certificates", "date", "uname", "which", "gcc", "make-ssl-cert", "ldd", "file",
}

harmless(command) if {
	command.name in {"cp", "mv", "ln", "install", "chown", "setcap"}
	some word in command.words
	some program in programs
	basename(word.value) == basename(program)
}

harmless(command) if {
	command.name in {"apt", "apt-get", "apk"}
	not lib.verb(command) in {"add", "install"}
}

harmless(command) if {
	command.name in {"apt", "apt-get", "apk"}
	words := lib.operands(command, lib.managers[command.name].valued)
	every word in array.slice(words, 1, count(words)) {
		regex.match(`^(git|gcc|g\+\+|make|cmake|build-base|build-essential|musl-dev|libc-dev|libc6-dev|linux-headers|pkg-config|pkgconf|ca-certificates|tzdata|openssh(-client)?|bash|curl|wget|unzip|zip|tar|xz(-utils)?|upx(-ucl)?|binutils|file|gnupg|mercurial|subversion|bzr|patch|protobuf(-compiler|-dev)?|protoc|vim|nano|less|procps|netcat(-openbsd)?)(=.*)?$`, word.value)
	}
}

# Where a copy puts things is known.
told(copy) if {
	copy.kind in {"main", "stage", "image", "context"}
	copy.dest.path
	every source in copy.sources {
		source.state == "known"
	}
	not everything_behind(copy)
}

everything_behind(copy) if {
	copy.instruction > divide
	copy.kind != "stage"
	some source in copy.sources
	source.path == "/"
}

# The base.

# The image that the programs are built on.
built_on := input.stages[own[0].stage].base if count(own) > 0

built_on := stage.base if count(own) == 0

base := "scratch" if {
	not with_c
	not with_shell
	needs_nothing
}

base := concat("", ["gcr.io/distroless/static-debian", debian, ":nonroot"]) if {
	not with_c
	not with_shell
	not needs_nothing
}

base := concat("", ["gcr.io/distroless/base-debian", debian, ":nonroot"]) if {
	with_c
	not with_shell
	built_on.libc == "glibc"
}

base := sprintf("debian:%s-slim", [debian]) if {
	with_c
	with_shell
	built_on.libc == "glibc"
}

base := concat(":", ["alpine", alpine]) if {
	with_c
	built_on.libc == "musl"
}

base := concat(":", ["alpine", alpine]) if {
	not with_c
	with_shell
}

# A program runs on a newer C library than it was built with.
debian := "12" if regex.match(`bookworm|bullseye|buster|stretch`, object.get(built_on, "tag", ""))

default debian := "13"

# Debian and alpine releases as of 2026-11.
alpine := found[0] if {
	found := regex.find_n(`3\.[0-9]+$`, object.get(built_on, "tag", ""), 1)
	contains(built_on.tag, "alpine")
	count(found) == 1
}

default alpine := "3.22"

with_c if {
	some build in own
	c_in(build)
}

c_in(build) if build.exempt

c_in(build) if {
	build.cgo.state == "1"
	not c_free(build)
}

c_in(build) if {
	build.cgo.state != "0"
	build.evidence.cgo
}

c_free(build) if {
	build.evidence.complete
	not build.evidence.cgo
}

# C is only there where a compiler is: a build that worked without needs none.
with_shell if {
	some instruction in instructions
	instruction.name in {"cmd", "entrypoint"}
	instruction.index in {object.get(stage, "entrypoint", -1), object.get(stage, "cmd", -1)}
	instruction.form == "shell"
	not safely_exec(instruction)
}

with_shell if {
	some instruction in instructions
	starts(instruction)
	some command in instruction.commands
	command.name in in_busybox
}

with_shell if {
	some instruction in instructions
	instruction.name == "healthcheck"
	count(instruction.commands) > 0
	not in_exec_form(instruction)
}

in_exec_form(healthcheck) if regex.match(`(?i)^\s*cmd\s*\[`, healthcheck.body.text)

safely_exec(instruction) if {
	fix := lib.exec_form(instruction)
	fix.safe
	not instruction.commands[0].name in in_busybox
}

needs_nothing if {
	count(own) > 0
	every build in own {
		build.evidence.complete
		not build.evidence.net
		not build.evidence.user
		not build.evidence.client
		not build.evidence.zone
		not build.evidence.temp
	}
	not lib.final_env.TZ
	not user_by_name
}

user_by_name if not regex.match(`^[0-9]+(:[0-9]+)?$`, stage.user.value)

# The edits.

builder := input.stages[stage.parent].alias.text if shape == "child"

builder := [name | some name in ["build", "builder", "go-build", "build-go"]; not name in {lower(other.alias.text) | some other in input.stages; other.index != stage.index}][0] if shape in {"one", "run"}

edits := array.concat(
	placed,
	array.concat(removals, array.concat(without_cgo, array.concat(modules_first, as_exec))),
)

placed := [alias_edit, lib.insert(input.instructions[divide].span[1], concat("\n", array.concat(["", "", from_line], final_lines)))] if shape == "one"

placed := [alias_edit, lib.insert(input.instructions[divide].span[1], concat("\n", array.concat(["", build_line, "", from_line], final_lines)))] if shape == "run"

build_line := sprintf("RUN CGO_ENABLED=0 go build -o %s %s", [program, go_run.args[1]]) if some program in programs

placed := [lib.edit(stage.from.span, base), lib.insert(input.instructions[divide].span[1], concat("\n", array.concat([""], final_lines)))] if shape == "child"

placed := [lib.edit(stage.from.span, base)] if {
	shape == "image"
	user_lines == []
}

placed := [lib.edit(stage.from.span, base), lib.insert(input.instructions[divide].span[1], concat("\n", array.concat([""], user_lines)))] if {
	shape == "image"
	user_lines != []
}

alias_edit := lib.edit(stage.alias.span, builder) if stage.alias

alias_edit := lib.insert(stage.from.span[1], concat(" ", ["", "AS", builder])) if not stage.alias

without_cgo := [lib.insert(build.go[0], "CGO_ENABLED=0 ") |
	some build in own
	not c_in(build)
	not build.cgo.state in {"0", "1"}
]

# The modules are downloaded before the sources are copied, so that the download stays in the cache.
modules_first := [edit |
	some copy in all_copied
	copy.instruction == min([other.instruction | some other in all_copied])
	not downloaded
	some build in own
	build.index == min([other.index | some other in own])
	edit := lib.modules_first(build, copy)
]

all_copied := [copy |
	some copy in input.copies
	copy.into in lib.final_chain
	copy.kind == "main"
	not copy.mount
	copy.sources[0].path == "/"
]

downloaded if {
	some command in commands
	command.name == "go"
	command.args[0] in {"mod", "get"}
}

as_exec := [lib.edit(instruction.body.span, as_array(instruction)) |
	some instruction in behind
	converted(instruction)
]

as_array(instruction) := run_array if instruction.index == object.get(go_run_or_none, "instruction", -1)

as_array(instruction) := lib.array_of(instruction) if instruction.index != object.get(go_run_or_none, "instruction", -1)

# Plain commands in shell form: there is no shell any more.
converted(instruction) if {
	instruction.name in {"cmd", "entrypoint"}
	instruction.form == "shell"
	not with_shell
}

converted(instruction) if instruction.index == object.get(go_run_or_none, "instruction", -1)

behind := [instruction | some instruction in stage.instructions; instruction.index > divide]

# What says how the container runs, and stands among what builds.
moved := [instruction |
	some instruction in instructions
	instruction.index < divide
	shape != "image"
	instruction.name in {"expose", "label", "volume", "stopsignal", "cmd", "entrypoint", "healthcheck", "maintainer"}
]

removals := [] if shape == "image"

removals := [lib.edit([min(starts), instruction.span[1]], "") |
	some instruction in moved
	starts := array.concat([instruction.span[0]], [comment.span[0] | some comment in input.comments; comment.next == instruction.index])
] if {
	shape != "image"
}

final_lines := array.concat(settings, array.concat(copy_lines, array.concat(moved_lines, user_lines)))

from_line := concat(" ", ["FROM", base, "AS", stage.alias.text]) if stage.alias

from_line := concat(" ", ["FROM", base]) if not stage.alias

settings := array.concat(
	[line |
		some instruction in instructions
		instruction.index < divide
		some line in repeated(instruction)
	],
	workdir_line,
)

# ENV for the program, and the ARGs that what is repeated uses.
repeated(instruction) := [concat(" ", ["ENV", concat(" ", [assignment(pair) | some pair in instruction.pairs; not for_builds(pair.key.text)])])] if {
	instruction.name == "env"
	some pair in instruction.pairs
	not for_builds(pair.key.text)
}

repeated(instruction) := [concat(" ", ["ARG", instruction.body.text])] if {
	instruction.name == "arg"
	some pair in instruction.pairs
	pair.key.text in used_again
}

assignment(pair) := sprintf("%s=%s", [pair.key.text, object.get(pair, ["value", "text"], "")]) if not pair.legacy

assignment(pair) := sprintf("%s=%s", [pair.key.text, value_of(pair)]) if pair.legacy

value_of(pair) := pair.value.text if regex.match(`^[^\s"'\\]*$`, pair.value.text)

value_of(pair) := sprintf(`"%s"`, [pair.value.text]) if {
	not regex.match(`^[^\s"'\\]*$`, pair.value.text)
	not contains(pair.value.text, `"`)
}

for_builds(name) if name in {
	"GO111MODULE", "GOPROXY", "GOPRIVATE", "GONOSUMDB", "GONOSUMCHECK", "GONOPROXY", "GOSUMDB", "GOFLAGS", "GOOS", "GOARCH", "GOARM", "GOAMD64", "GOBIN",
	"GOPATH", "GOROOT", "GOCACHE", "GOMODCACHE", "GOTOOLCHAIN", "GOINSECURE", "GOEXPERIMENT", "GOWORK", "CC", "CXX", "PATH", "DEBIAN_FRONTEND",
}

for_builds(name) if startswith(name, "CGO_")

used_again contains use.name if {
	some instruction in instructions
	instruction.name in {"env", "label", "expose", "volume", "user", "cmd", "entrypoint", "workdir", "copy", "add"}
	some value in array.concat(instruction.args, [pair.value | some pair in instruction.pairs; not for_builds(pair.key.text); pair.value])
	some use in value.vars
	use.kind in {"arg", "globalarg", "automatic", "buildarg"}
}

workdir_line := [concat(" ", ["WORKDIR", stage.workdir.value])] if {
	stage.workdir.instruction <= divide
	stage.workdir.value != "/"
} else := ["WORKDIR /go"] if {
	not stage.workdir
	stage.base.name == "golang"
	relative
} else := []

# Something is named by a path from the folder that the container starts in.
relative if {
	some read in reads
	startswith(read, "/go/")
}

relative if {
	some word in started_words
	startswith(word, "/go/")
}

reads := {read.path | some build in own; some read in build.evidence.reads}

copy_lines := array.concat(passwd_lines, array.concat(program_lines, [line | some path in sort(files); line := copy_line(path, path)]))

passwd_lines := [sprintf("COPY --from=%s /etc/passwd /etc/group /etc/", [builder])] if user_by_name

passwd_lines := [] if not user_by_name

program_lines := [copy_line(program, place(program)) | some program in sort(programs)]

copy_line(from, to) := sprintf("COPY --from=%s %s %s", [builder, from, to])

# What is found by its name alone must lie in the PATH that every image has.
place(program) := concat("/", ["/usr/local/bin", basename(program)]) if {
	not dirname(program) in in_every_path
	basename(program) in started_words
} else := program

# Files for the program, each once, without what lies in a folder that is copied too.
files := {path |
	some path in candidates
	not path in programs
	not path in {stage.workdir.value, "/", "/go"}
	count([other | some other in candidates; startswith(path, concat("", [other, "/"])); not other in {stage.workdir.value, "/", "/go"}]) == 0
}

candidates contains path if some path in reads

# Named in the Dockerfile, and no Go sources.
candidates contains lands(copy, source) if {
	some copy in input.copies
	copy.into in lib.final_chain
	copy.instruction < divide
	not copy.mount
	some source in copy.sources
	for_program(copy, source)
}

candidates contains path if {
	some command in commands
	command.name == "mkdir"
	some i, word in command.words
	i > 0
	word.literal
	not startswith(word.value, "-")
	path := made(command, word.value)
	not path in {dirname(program) | some program in programs}
}

made(_, word) := trim_suffix(word, "/") if startswith(word, "/")

made(command, word) := concat("/", [command.directory, trim_suffix(word, "/")]) if not startswith(word, "/")

for_program(copy, _) if copy.kind != "main"

for_program(copy, source) if {
	copy.kind == "main"
	source.path != "/"
	not regex.match(`\.go$|(^|/)go\.(mod|sum|work|work\.sum)$|(^|/)go\.\*$|^/?go\.[a-z*]+$|\*$|(^|/)(cmd|internal|pkg|vendor|src|lib|proto|api|Makefile|tools?|scripts?|hack|build)/?$|(^|/)\.`, source.path)
	not has_sources(source)
}

# A folder that holds the program's package.
has_sources(source) if {
	some build in own
	some name in build.packages
	startswith(trim_prefix(name, "./"), trim(source.path, "/"))
}

lands(copy, source) := concat("/", [trim_suffix(copy.dest.path, "/"), basename(trim_suffix(source.path, "/"))]) if into_folder(copy, source)

lands(copy, source) := copy.dest.path if not into_folder(copy, source)

# A file is put into a folder; of a folder it is what is in it.
into_folder(copy, source) if {
	is_file(source)
	folder_dest(copy)
}

is_file(source) if source.glob

is_file(source) if contains(basename(source.path), ".")

folder_dest(copy) if copy.dest.folder

folder_dest(copy) if count(copy.sources) > 1

folder_dest(copy) if copy.dest.value in {".", "..", "./", "/"}

folder_dest(copy) if copy.dest.path == stage.workdir.value

moved_lines := [line |
	some instruction in moved
	some line in array.concat(
		[concat(" ", ["#", comment.text]) | some comment in input.comments; comment.next == instruction.index],
		[moved_line(instruction)],
	)
]

moved_line(instruction) := concat(" ", [upper(instruction.name), as_array(instruction)]) if converted(instruction)

moved_line(instruction) := concat(" ", array.concat([instruction.keyword.text], array.concat([flag_text(flag) | some flag in instruction.flags], [body_of(instruction)]))) if not converted(instruction)

flag_text(flag) := sprintf("--%s=%s", [flag.name, flag.value.text]) if flag.value

flag_text(flag) := sprintf("--%s", [flag.name]) if not flag.value

# LABEL stays on as many lines as it has labels.
body_of(instruction) := concat(" \\\n      ", [assignment(pair) | some pair in instruction.pairs]) if instruction.name == "label"

body_of(instruction) := instruction.body.text if instruction.name != "label"

user_lines := [concat(" ", ["USER", stage.user.value])] if {
	stage.user.instruction <= divide
} else := ["# As before; without this line it runs as nonroot (65532).", "USER 0:0"] if {
	not stage.user
	endswith(base, ":nonroot")
} else := []
