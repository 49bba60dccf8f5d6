# METADATA
# title: ENV KEY VALUE is the old form
# description: |
#   Without `=` everything behind the name is the value, `ENV A 1 B 2` too, and one instruction sets one variable. BuildKit warns, and the form is
#   deprecated. Write `ENV KEY=VALUE`.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/legacy-key-value-format/
# custom:
#   severity: note
#   category: clarity
#   aliases: [buildkit/LegacyKeyValueFormat]
#   since: 0.1.0
package plimline.rules["legacy-key-value"]

import data.plimline.lib

findings contains lib.at(pair, sprintf("%s without = is the old form: everything behind the name is its value", [upper(instruction.name)])) if {
	some instruction in array.concat(array.concat(input.by.env, input.by.label), [i | some i in input.by.onbuild; i.name in {"env", "label"}])
	some pair in instruction.pairs
	pair.legacy
}
