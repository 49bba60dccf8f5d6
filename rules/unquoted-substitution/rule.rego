# METADATA
# title: The output of a command is not quoted
# description: |
#   The shell splits what the command prints at spaces and expands * and ? in it. Where several arguments are meant that is right; where one is
#   meant, write `"$(...)"`.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC2046
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [shellcheck/SC2046]
#   since: 0.1.0
package plimline.rules["unquoted-substitution"]

import data.plimline.lib

findings contains lib.at(word, "what this prints is split at spaces, and * in it is expanded; quote it if it is one argument") if {
	some instruction in lib.shell_runs
	some command in instruction.commands
	some i, word in command.words
	i > 0
	regex.match(`^[^"']*\$\(`, word.text)
	not startswith(word.text, "$((")
	not contains(split(word.text, "$(")[0], "=")
	not safe(word.text)
}

# One word, always.
safe(text) if regex.match(`\$\((nproc|uname|id|arch|pwd|date|dpkg --print-architecture|getconf|mktemp|whoami|hostname|lsb_release)\b`, text)
