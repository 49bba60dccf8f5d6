# METADATA
# title: The comment above does not begin with the name
# description: |
#   `docker build --call=outline` shows the comment above an ARG or a stage as its description when it begins with the name.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/invalid-definition-description/
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [buildkit/InvalidDefinitionDescription]
#   since: 0.1.0
package plimline.rules["definition-description"]

import data.plimline.lib

findings contains lib.at(comment, sprintf("to be shown as the description this would begin with %s", [names[0]])) if {
	some instruction in array.concat(input.by.from, input.by.arg)
	some comment in input.comments
	comment.next == instruction.index
	comment.text != ""
	(instruction.span[0] - comment.span[1]) in {1, 2}
	names := defined(instruction)
	count(names) > 0
	not split(comment.text, " ")[0] in names
	not regex.match(`(?i)^\s*(plimline|hadolint|trivy:|checkov:|syntax|escape|check)\b`, comment.text)
}

defined(instruction) := [instruction.args[2].text] if {
	instruction.name == "from"
	instruction.args[2]
}

defined(instruction) := [pair.key.text | some pair in instruction.pairs] if instruction.name == "arg"
