# METADATA
# title: export hides that the command failed
# description: |
#   `export V=$(command)` succeeds whatever the command does, so the build goes on with an empty value. Assign first, then export.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC2155
# custom:
#   severity: warning
#   set: strict
#   category: correctness
#   aliases: [shellcheck/SC2155]
#   needs: [export, readonly, local, declare]
#   since: 0.1.0
package plimline.rules["masked-failure"]

import data.plimline.lib

findings contains lib.at(word, "export succeeds even if this command fails; assign first, then export") if {
	some instruction in lib.shell_runs
	some command in instruction.commands
	command.name in {"export", "readonly", "local", "declare"}
	some word in command.words
	not regex.match(`=["]?(\$\(|\x60)\s*(pwd|mktemp|nproc|uname|date|id|arch|whoami|hostname)\b`, word.text)
	regex.match("^[A-Za-z_][A-Za-z0-9_]*=\"?(\\$\\([^(]|`)", word.text)
}
