# METADATA
# title: FROM and AS differ in case
# description: |
#   `FROM x as y` reads as one statement when both words are written alike.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/from-as-casing/
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [buildkit/FromAsCasing]
#   since: 0.1.0
package plimline.rules["from-as-casing"]

import data.plimline.lib

findings contains lib.fixed(lib.at(second, sprintf("%s and %s differ in case", [instruction.keyword.text, second.text])), "Write them alike", [lib.edit(second.span, like(instruction.keyword.text, second.text))]) if {
	some instruction in input.by.from
	second := instruction.args[1]
	cased(instruction.keyword.text)
	not alike(instruction.keyword.text, second.text)
}

cased(text) if text == lower(text)

cased(text) if text == upper(text)

alike(first, second) if {
	first == lower(first)
	second == lower(second)
}

alike(first, second) if {
	first == upper(first)
	second == upper(second)
}

like(first, second) := lower(second) if {
	first == lower(first)
} else := upper(second)
