# METADATA
# title: A label is missing
# description: |
#   Labels say who made an image, from what and under which licence; inventories and clean-up jobs go by them. Which ones an image needs is a
#   parameter. Labels of the base image are not seen.
# custom:
#   severity: warning
#   category: operation
#   aliases: [hadolint/DL3049]
#   needs-parameters: [labels]
#   since: 0.1.0
package plimline.policies["required-labels"]

import data.plimline.lib

findings contains lib.at(place, sprintf("the label %s is missing", [label])) if {
	some stage in shipped
	some label in parameters.labels
	not label in names(stage)
	place := object.get(stage, "from", stage)
}

parameters := data.plimline.parameters["required-labels"]

shipped contains lib.final if not parameters["every-stage"]

# Stages that no other is FROM.
shipped contains stage if {
	parameters["every-stage"]
	some stage in input.stages
	not stage.index in {other.parent | some other in input.stages}
}

names(stage) := {trim(pair.key.text, `"'`) |
	some index in stage.chain
	some instruction in input.stages[index].instructions
	instruction.name == "label"
	some pair in instruction.pairs
}
