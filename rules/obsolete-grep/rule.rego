# METADATA
# title: egrep and fgrep are obsolete
# description: |
#   GNU grep warns at each call: `egrep: warning: egrep is obsolescent; using grep -E`.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC2196
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [shellcheck/SC2196, shellcheck/SC2197]
#   needs: [egrep, fgrep]
#   since: 0.1.0
package plimline.rules["obsolete-grep"]

import data.plimline.lib

findings contains lib.mended(lib.at(command.words[0], sprintf("%s warns at each call; use %s", [name, better[name]])), grep(command)) if {
	some name, _ in better
	some command in lib.runs(name)
}

better := {"egrep": "grep -E", "fgrep": "grep -F"}

grep(command) := lib.fix(sprintf("Write %s", [better[command.name]]), [lib.edit(command.words[0].span, better[command.name])]) if {
	command.words[0].text == command.name
} else := null
