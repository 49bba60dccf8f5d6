# METADATA
# title: A command that is not to be run
# description: |
#   `npm install` where lock files are kept takes `npm ci`, `apt` is for people, and a build that downloads with curl cannot be done twice: what
#   an organisation has agreed on, with the reason that people read. A command is a program, with the words that follow it and the flags it
#   has: `npm install`, `pip install --user`, `chmod 777`, `curl`. It covers RUN, the commands in scripts it calls are not seen.
# custom:
#   severity: warning
#   category: operation
#   needs-parameters: [commands]
#   since: 0.1.0
package plimline.policies["forbidden-commands"]

import data.plimline.lib

findings contains lib.at({"span": [command.words[0].span[0], last.span[1]]}, message) if {
	some pattern, why in parameters.commands
	parts := split(pattern, " ")
	rest := array.slice(parts, 1, count(parts))
	some command in named(parts[0])
	in_scope(command)
	last := command.words[ends(command, rest)]
	message := lib.with_reason(sprintf("%s is not to be run", [concat(" ", array.concat([command.name], rest))]), why)
}

parameters := data.plimline.parameters["forbidden-commands"]

named(program) := lib.runs(program) if not contains(program, "*")

named(program) := [command |
	some name, commands in input.programs
	glob.match(program, null, name)
	some command in commands
] if {
	contains(program, "*")
}

in_scope(_) if parameters.stages == "all"

in_scope(command) if {
	parameters.stages == "shipped"
	lib.kept(command)
}

# The word a match ends with: the command has all the flags, and the other words are the first of its own.
ends(command, parts) := max((({0} | flags) | words)) if {
	wanted := [part | some part in parts; startswith(part, "-")]
	flags := {min(found) |
		some part in wanted
		found := {i | some i, word in command.words; i > 0; glob.match(part, null, word.value)}
		found != set()
	}
	count(flags) == count(wanted)
	words := leading(command, [part | some part in parts; not startswith(part, "-")])
}

# Indexes of the words that follow the program: flags do not count, and neither do their values where that helps.
leading(command, parts) := {plain[i] | some i, _ in parts} if {
	plain := [i | some i, word in command.words; i > 0; not startswith(word.value, "-")]
	all_match(command, plain, parts)
} else := {plain[i] | some i, _ in parts} if {
	plain := [i | some i, word in command.words; i > 0; not startswith(word.value, "-"); not valued(command.words[i - 1].value)]
	all_match(command, plain, parts)
}

valued(word) if {
	startswith(word, "-")
	not contains(word, "=")
}

all_match(command, plain, parts) if {
	every i, part in parts {
		glob.match(part, null, command.words[plain[i]].value)
	}
}
