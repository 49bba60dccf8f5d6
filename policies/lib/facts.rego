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
