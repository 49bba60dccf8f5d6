# METADATA
# title: An instruction is missing
# description: |
#   What every image has to say: whom it runs as, what it starts, whether it is well. What the base image says is not seen, so this asks for it
#   in the Dockerfile, in the stage that is shipped or one that it is FROM.
# custom:
#   severity: warning
#   category: operation
#   needs-parameters: [instructions]
#   since: 0.1.0
package plimline.policies["required-instructions"]

import data.plimline.lib

findings contains lib.at(place, sprintf("the image has no %s", [concat(" or ", names)])) if {
	not input.template
	some item in data.plimline.parameters["required-instructions"].instructions
	names := split(item, "|")
	every name in names {
		not lower(name) in present
	}
	place := object.get(lib.final, "from", lib.final)
}

present contains instruction.name if {
	some index in lib.final.chain
	some instruction in input.stages[index].instructions
	not instruction.onbuild
}
