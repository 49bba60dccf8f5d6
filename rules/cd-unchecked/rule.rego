# METADATA
# title: What follows runs also when cd fails
# description: |
#   With `;` behind it the next command runs whether or not `cd` worked, and then works in the wrong directory: `cd build; rm -rf *`. Use `&&`,
#   WORKDIR, or `set -e`.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC2164
# custom:
#   severity: warning
#   category: correctness
#   aliases: [shellcheck/SC2164]
#   needs: [cd, pushd]
#   since: 0.1.0
package plimline.rules["cd-unchecked"]

import data.plimline.lib

findings contains lib.at(command, "if this fails, what follows runs in the wrong directory; use && instead of ;") if {
	some instruction in lib.shell_runs
	not lib.stops_at_failure(instruction)
	some command in instruction.commands
	command.name in {"cd", "pushd"}
	command.after == ";"
	not command.args[0] in {"-", "..", "/", "/tmp", "~"}
	count(command.args) > 0
	count(instruction.heredocs) == 0
}
