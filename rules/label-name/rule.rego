# METADATA
# title: Not a name for a label
# description: |
#   Label names are lower-case letters, digits, dots and dashes, begin and end with a letter or digit, and com.docker., io.docker. and
#   org.dockerproject. are Docker's own. Tools that select by label may not find this one.
# related_resources:
#   - https://docs.docker.com/engine/manage-resources/labels/
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [hadolint/DL3048]
#   needs: [LABEL]
#   since: 0.1.0
package plimline.rules["label-name"]

import data.plimline.lib

findings contains lib.at(pair.key, sprintf("%s is not a valid label name: %s", [name, why])) if {
	some instruction in array.concat(input.by.label, [i | some i in input.by.onbuild; i.name == "label"])
	some pair in instruction.pairs
	name := trim(pair.key.text, `"'`)
	not contains(name, "$")
	why := wrong(name)
}

wrong(name) := "that is Docker's own namespace" if {
	regex.match(`^(com\.docker|io\.docker|org\.dockerproject)\.`, name)
} else := "use lower-case letters, digits, single dots and dashes" if {
	not regex.match(`^[a-z]([a-z0-9]*[.-][a-z0-9])*[a-z0-9]*$`, name)
}
