# METADATA
# title: The base image is not one of the team's
# description: |
#   Teams have bases of their own, which they know how to patch and which others need not know. A label in the Dockerfile says whose image it is;
#   where there is none, `team` does, which `overrides` in plimline.yaml sets for folders. A base is approved when it is one of the team's or one
#   of those for all, under "*".
# custom:
#   severity: error
#   category: security
#   needs-parameters: [teams]
#   since: 0.1.0
package plimline.policies["bases-by-team"]

import data.plimline.lib

findings contains lib.through(from, message) if {
	some from in bases
	lib.named(from.image)
	not lib.image_matches(from.image, approved)
	message := sprintf("%s is not an approved base%s: %s", [from.image.text, whose, concat(", ", approved)])
}

findings contains lib.unknown(from, sprintf("whether %s is an approved base cannot be told", [from.image.text])) if {
	some from in bases
	not lib.named(from.image)
}

findings contains lib.at(label.value, sprintf("%s is not a team: %s", [label.value.value, concat(", ", names)])) if {
	label := labels[count(labels) - 1]
	lib.decided(label.value)
	not parameters.teams[label.value.value]
	names := [name | some name, _ in parameters.teams; name != "*"]
}

findings contains lib.at(place, message) if {
	labels == []
	parameters.team == ""
	parameters.label != ""
	place := object.get(lib.final, "from", lib.final)
	message := sprintf("nothing says whose image this is: it has no label %s", [parameters.label])
}

parameters := data.plimline.parameters["bases-by-team"]

bases := [stage.from |
	count(parameters.teams) > 0
	some stage in input.stages
	stage.from.kind in {"image", "unknown"}
]

# The labels of the image that is shipped that say whose it is; the last one holds.
labels := [pair |
	some index in lib.final.chain
	some instruction in input.stages[index].instructions
	instruction.name == "label"
	some pair in instruction.pairs
	trim(pair.key.text, `"'`) == parameters.label
]

team := labels[count(labels) - 1].value.value if lib.decided(labels[count(labels) - 1].value)

team := parameters.team if {
	labels == []
	parameters.team != ""
}

# Nobody's, where nothing asks whose.
team := "*" if {
	parameters.label == ""
	parameters.team == ""
}

whose := "" if team == "*"

whose := sprintf(" of the team %s", [team]) if team != "*"

approved := for_all if team == "*"

approved := array.concat(parameters.teams[team], for_all) if team != "*"

for_all := object.get(parameters.teams, "*", [])
