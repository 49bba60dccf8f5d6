# METADATA
# title: Instructions are written in different cases
# description: |
#   Docker takes any case. One case throughout the file, by convention capitals, shows the instructions at a glance.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/consistent-instruction-casing/
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [buildkit/ConsistentInstructionCasing]
#   since: 0.1.0
package plimline.rules["instruction-casing"]

import data.plimline.lib

findings contains lib.fixed(lib.at(instruction.keyword, sprintf("most instructions here are in %s case", [most])), "Write it like the others", [lib.edit(instruction.keyword.span, expected(instruction))]) if {
	some instruction in input.instructions
	instruction.valid
	not instruction.keyword.text == expected(instruction)
}

expected(instruction) := lower(instruction.keyword.text) if most == "lower"

expected(instruction) := upper(instruction.keyword.text) if most == "upper"

most := "lower" if {
	texts := [instruction.keyword.text | some instruction in input.instructions]
	count([text | some text in texts; text == lower(text)]) > count([text | some text in texts; text == upper(text)])
} else := "upper"
