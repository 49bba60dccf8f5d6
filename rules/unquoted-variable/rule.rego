# METADATA
# title: A variable is not quoted
# description: |
#   The shell splits its value at spaces and expands * and ? in it: one file name becomes two, and an empty value is not an argument at all. Values
#   that are known to have neither, and names such as PACKAGES or FLAGS, where splitting is meant, are left out.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC2086
# custom:
#   severity: note
#   set: strict
#   category: correctness
#   aliases: [shellcheck/SC2086]
#   since: 0.1.0
package plimline.rules["unquoted-variable"]

import data.plimline.lib

findings contains lib.risky(lib.at(word, sprintf("$%s is not quoted: a space in its value makes two arguments of it, and * is expanded", [name])), "Quote it; where several words are meant they become one", [lib.edit(word.span, sprintf("\"%s\"", [word.text]))]) if {
	some instruction in lib.shell_runs
	not endswith(instruction.shell[0], "zsh")
	some command in instruction.commands
	command.depth == 0
	some i, word in command.words
	i > 0
	not word.literal
	not regex.match("[\"'`]|\\$\\(", word.text)
	not assignment(command, word)
	some name in word.vars
	not number(name)
	not list(name)
	not harmless(instruction, name)
}

# export A=$B
assignment(command, word) if {
	command.name in {"export", "local", "declare", "readonly", "typeset"}
	contains(word.text, "=")
}

number(name) if name in {"?", "#", "$", "!", "-", "0", "RANDOM", "UID", "EUID", "PPID", "LINENO", "SECONDS", "@", "*"}

# Meant to be split.
list(name) if regex.match(`(?i)(PACKAGES|PKGS|DEPS|DEPENDENCIES|FLAGS|ARGS|OPTS|OPTIONS|LIST|MODULES|PLUGINS|EXTENSIONS|FILES|VERSIONS|LIBS|GEMS|TAGS|PATHS|DIRS|TARGETS|PARAMS|EXTS)$`, name)

# Neither blank nor pattern in it, and not empty.
harmless(instruction, name) if {
	variable := lib.stage_variables(instruction.stage)[name]
	variable.state == "known"
	regex.match(`^[^\s*?\[]+$`, variable.value)
}

harmless(_, name) if name in {"TARGETARCH", "TARGETOS", "TARGETPLATFORM", "TARGETVARIANT", "BUILDARCH", "BUILDOS", "BUILDPLATFORM", "HOME", "PWD", "HOSTNAME"}

# A loop or an assignment in the script sets it.
harmless(instruction, name) if regex.match(sprintf(`(^|[\s;&(])(for\s+)?%s(=|\s+in\s)`, [name]), instruction.body.text)
