# What is shipped
package plimline.lib

# The stage that is shipped: the last one, or the one given with --target.
final := input.stages[input.final]

# Indexes of the stages the shipped image is made of: the final one and those it is FROM.
final_chain := {index | some index in final.chain}

# The instructions that say what a container of the shipped image runs.
started contains input.instructions[final.entrypoint]

started contains input.instructions[final.cmd]

# The shipped image holds a Go program that is built in this file.
ships_go if {
	some build in input.builds
	not build.tool
	build.final != "no"
}

# A Go image makes something from the build context out of sight (make, a script) and gives it to the final stage.
ships_go if {
	some copy in input.copies
	copy.into in final_chain
	not copy.mount
	copy.kind == "stage"
	builder := input.stages[copy.stage]
	builder.base.class == "toolchain"
	builder.toolchain
	count([build | some build in input.builds; build.stage == copy.stage]) == 0
	some given in input.copies
	given.into in builder.chain
	given.kind == "main"
}

# Copies from a plain word that is neither a stage nor an image of Docker Hub's official library: a misspelt stage.
misnamed_copies contains copy if {
	some copy in input.copies
	copy.kind == "image"
	copy.image.text == copy.image.name
	not copy.image.tag
	not copy.image.digest
	not copy.image.invalid
	not copy.image.name in official_images
}

# A source of a copy that is exactly one program that a build in this file writes.
program(source) if {
	some index in source.builds
	source.path in input.builds[index].outputs
}

# A copy of programs alone.
programs_only(copy) if {
	copy.kind == "stage"
	every source in copy.sources {
		program(source)
	}
}

# Something is copied into the shipped image to where a loader lies, or so much that one may be in it.
loader_copied if {
	some copy in input.copies
	copy.into in final_chain
	regex.match(`^/((lib|lib64|usr)(/.*)?)?$`, object.get(copy, ["dest", "path"], "/"))
	not programs_only(copy)
}

# A finding at a FROM; where an ARG decided what it names, the ARG is shown too.
through(from, message) := related(at(from, message), declared, sprintf("%s is set here", [use.name])) if {
	use := from.vars[0]
	declared := {"span": use.span}
} else := at(from, message)

# A word of a command in a RUN of the stages matches, or one of the RUNs may do anything.
run_in(chain, pattern) if {
	some command in input.commands
	command.stage in chain
	some word in command.words
	regex.match(pattern, word.value)
}

run_in(chain, _) if {
	some instruction in input.by.run
	instruction.stage in chain
	may_do_anything(instruction)
}

# The same for the image that is shipped.
run_in_final(pattern) if run_in(final_chain, pattern)

# Something is copied into the shipped image from a path, or to one, that matches. A source that is not known may be any.
copied_to_final(pattern) if {
	some copy in input.copies
	copy.into in final_chain
	not copy.mount
	some place in array.concat([copy.dest], copy.sources)
	regex.match(pattern, object.get(place, "path", "/"))
	not programs_only(copy)
}

# The variables that ENV sets in the shipped image, by name.
final_env[variable.name] := variable if {
	some variable in final.env
	variable.kind == "env"
}

# A build's flag has the tag.
tagged(build, tag) if {
	some flag in build.flags
	flag.name == "tags"
	tag in split(replace(flag.value, " ", ","), ",")
}

# The words of a build's -ldflags, when they are known.
ldflags(build) := flag if {
	some flag in build.flags
	flag.name == "ldflags"
	flag.known
}

# A build of the program that is shipped.
shipped_builds contains build if {
	some build in input.builds
	build.final == "yes"
	not build.tool
}

# The text of RUN, ENV and ARG of a stage and those it is FROM.
stage_texts(index) := {instruction.body.text |
	some part in input.stages[index].chain
	some instruction in input.stages[part].instructions
	instruction.name in {"run", "env", "arg"}
} | {heredoc.content |
	some part in input.stages[index].chain
	some instruction in input.stages[part].instructions
	some heredoc in instruction.heredocs
}

# The minor version in the tag of a golang image: 26 for golang:1.26.3-alpine.
go_minor(image) := to_number(found[0][1]) if {
	image.familiar == "golang"
	found := regex.find_all_string_submatch_n(`^1\.([0-9]+)`, image.tag, 1)
}

# The mounts of a RUN: its flag, type and target, "" for one that is not written.
mounts(instruction) := [{"flag": flag, "type": field(flag, {"type"}, "bind"), "target": trim_suffix(field(flag, {"target", "dst", "destination"}, ""), "/")} |
	some flag in instruction.flags
	flag.name == "mount"
]

# Those of the mounts of a RUN that are caches.
cache_mounts(instruction) := [mount | some mount in mounts(instruction); mount.type == "cache"]

# The value of a part of a --mount flag, under one of its names.
field(flag, names, fallback) := array.concat(found, [fallback])[0] if {
	found := [pair.value.value |
		some pair in flag.fields
		pair.key.text in names
		pair.value
	]
}
