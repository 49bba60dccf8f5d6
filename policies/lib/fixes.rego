# Fixes that several rules make
package plimline.lib

# The verb of a package manager's command.
verb(command) := operands(command, managers[command.name].valued)[0]

# The end of a RUN that is nothing but commands joined by && and |: what is appended there runs when all of it did well.
chain_end(command) := instruction.span[1] if {
	instruction := input.instructions[command.instruction]
	instruction.form == "shell"
	count(instruction.heredocs) == 0
	regex.match(`(^|/)(sh|bash|ash|dash)$`, instruction.shell[0])
	every other in instruction.commands {
		other.depth == 0
		other.after in {"&&", "|", ""}
		not other.loop
		not other.conditional
	}
	last := instruction.commands[count(instruction.commands) - 1]
	last.span[1] == instruction.span[1]
}

# A shell form of one plain command as a JSON array. A script that does not say what runs it is run by a shell, and by nothing else.
exec_form(instruction) := fix("Write a JSON array", [edit(instruction.body.span, array_of(instruction))]) if {
	plain_command(instruction)
	not endswith(instruction.commands[0].words[0].value, ".sh")
} else := risky_fix("Write a JSON array; the script then needs a first line with its interpreter", [edit(instruction.body.span, array_of(instruction))]) if {
	plain_command(instruction)
} else := null

array_of(instruction) := sprintf("[%s]", [concat(", ", [json.marshal(word.value) | some word in instruction.commands[0].words])])

plain_command(instruction) if {
	instruction.form == "shell"
	count(instruction.commands) == 1
	command := instruction.commands[0]
	command.span == instruction.body.span
	command.wrappers == []
	command.assigns == []
	command.redirects == []
	every word in command.words {
		word.literal
		not regex.match(`[~{}*?\[\]]`, word.value)
	}

	# What the shell does itself is no program.
	not command.name in {"cd", "exit", "export", "set", "source", ".", ":", "eval", "trap", "exec", "read", "ulimit", "umask", "wait"}
}

# FROM without its --platform.
without_platform(stage) := edit([flag.span[0], stage.from.span[0]], "") if {
	some instruction in input.by.from
	instruction.stage == stage.index
	some flag in instruction.flags
	flag.name == "platform"
}

# Downloads a build's modules before a copy brings the sources.
modules_first(build, copy) := insert(copy.span[0], sprintf("COPY go.mod go.sum %s\nRUN go mod download\n", [folder])) if {
	copy.sources[0].path == "/"
	build.evidence.module == "."
	build.evidence.requires > 0
	build.evidence.sums
	not build.evidence.local
	not build.evidence.vendored
	copy.dest.path == object.get(input.instructions[copy.instruction], ["workdir", "value"], "/go")
	folder := regex.replace(copy.dest.value, `([^/])$`, "$1/")
}
