# Shells and variables
package plimline.lib

# RUNs, those behind ONBUILD too, whose text a POSIX shell, bash or the like reads.
shell_runs := [instruction |
	some instruction in array.concat(input.by.run, [i | some i in input.by.onbuild; i.name == "run"])
	instruction.form == "shell"
	not instruction.opaque
	regex.match(`(^|/)(sh|ash|dash|bash|ksh|zsh)$`, instruction.shell[0])
]

# The shell stops at the first command that fails.
stops_at_failure(instruction) if {
	some word in instruction.shell
	regex.match(`^-[a-z]*e[a-z]*$|^errexit$`, word)
}

stops_at_failure(instruction) if {
	some command in instruction.commands
	command.name == "set"
	some arg in command.args
	regex.match(`^-[a-z]*e[a-z]*$|^errexit$`, arg)
}

# What the RUN does is not written in it: it could not be read, or it runs a script.
may_do_anything(instruction) if instruction.opaque

may_do_anything(instruction) if {
	some command in instruction.commands
	runs_script(command)
}

# The command runs a script, or a program of which only the path is known: what it does is not written here.
runs_script(command) if {
	some word in command.words
	endswith(word.value, concat("", ["/", command.name]))
}

runs_script(command) if not command.name

runs_script(command) if command.name in {".", "source", "eval"}

runs_script(command) if {
	regex.match(`^((ba|da|a|k|z)?sh|python[0-9.]*|perl|ruby|node)$`, command.name)
	not command.args[0] == "-c"
}

# Variables in effect at the end of a stage, by name.
stage_variables(index) := {variable.name: variable | some variable in input.stages[index].env}
