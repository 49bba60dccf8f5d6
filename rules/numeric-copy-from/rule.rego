# METADATA
# title: COPY --from counts stages
# description: |
#   The number is a stage's place in the file. A stage added above shifts it, and the COPY takes from another stage without a word.
#   Give the stage a name with AS and use that.
# custom:
#   severity: note
#   category: clarity
#   aliases: [kics/68a51e22-ae5a-4d48-8e87-b01a323605c9]
#   needs: [COPY]
#   since: 0.1.0
package plimline.rules["numeric-copy-from"]

import data.plimline.lib

findings contains lib.mended(lib.at(copy.from, message), named(copy)) if {
	some copy in input.copies
	copy.kind == "stage"
	not copy.mount
	regex.match(`^[0-9]+$`, copy.from.text)
	message := sprintf("stage %s is named by its place, which changes when a stage is added above", [copy.from.text])
}

named(copy) := lib.fix(sprintf("Write %s", [alias.text]), [lib.edit(copy.from.span, alias.text)]) if {
	alias := input.stages[copy.stage].alias
	not regex.match(`["$]`, copy.from.text)
	others := {stage.index | some stage in input.stages; lower(stage.alias.text) == lower(alias.text)}
	count(others) == 1
} else := null
