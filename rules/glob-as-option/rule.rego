# METADATA
# title: A file name may be taken for an option
# description: |
#   A file called `-rf` makes `rm *` another command. Write `./*`.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC2035
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [shellcheck/SC2035]
#   needs: [rm, mv, cp, chmod, chown, tar, ls, cat, grep, sed, zip]
#   since: 0.1.0
package plimline.rules["glob-as-option"]

import data.plimline.lib

findings contains lib.mended(lib.at(word, "a file whose name begins with - is taken for an option; write ./*"), dotted(command, word)) if {
	some instruction in lib.shell_runs
	some command in instruction.commands
	command.name in {"rm", "mv", "cp", "chmod", "chown", "tar", "ls", "cat", "grep", "sed", "zip"}
	not "--" in command.args
	some word in command.words
	regex.match(`^\*`, word.text)
	not word.literal
}

# The others show the names they are given.
dotted(command, word) := lib.fix("Write ./ in front", [lib.insert(word.span[0], "./")]) if {
	command.name in {"rm", "mv", "cp", "chmod", "chown"}
} else := null
