# METADATA
# title: ENV uses a variable of the same line
# description: |
#   All of an ENV is expanded before any of it is set: the variable has its old value here, or none. Write a second ENV.
# custom:
#   severity: warning
#   category: correctness
#   aliases: [hadolint/DL3044]
#   differs:
#     - >-
#       hadolint (DL3044) never forgets a variable, also not at the next FROM.
#   needs: [ENV]
#   since: 0.1.0
package plimline.rules["env-refers-to-itself"]

import data.plimline.lib

findings contains lib.related(lib.at(pair.value, message), earlier, "set here") if {
	some instruction in array.concat(input.by.env, [i | some i in input.by.onbuild; i.name == "env"])
	some j, pair in instruction.pairs
	some use in pair.value.vars
	not use.kind in {"arg", "globalarg", "env", "buildarg", "automatic"}
	some i, earlier in instruction.pairs
	i < j
	earlier.key.text == use.name
	message := sprintf("%s is set by the same ENV, so it does not have that value yet", [use.name])
}
