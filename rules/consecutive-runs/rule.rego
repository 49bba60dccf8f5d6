# METADATA
# title: RUNs that could be one
# description: |
#   Each RUN is a layer: what one writes and the next deletes stays in the image, and the image is larger by it. In a builder more layers mean
#   more reuse, so this is a matter of taste.
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [hadolint/DL3059, kics/0008c003-79aa-42d8-95b8-1c2fe37dbfe6]
#   differs:
#     - >-
#       hadolint (DL3059) warns of it by default; in builders more layers mean more reuse, so it is off here.
#   since: 0.1.0
package plimline.rules["consecutive-runs"]

import data.plimline.lib

findings contains lib.at(instruction.keyword, "this could be part of the RUN before it: one layer fewer") if {
	some stage in input.stages
	some i, instruction in stage.instructions
	i > 0
	before := stage.instructions[i - 1]
	simple(instruction)
	simple(before)
	flags(instruction) == flags(before)
}

simple(instruction) if {
	instruction.name == "run"
	not instruction.onbuild
	count(instruction.heredocs) == 0
	count([command | some command in instruction.commands; command.depth == 0]) < 2
}

flags(instruction) := {input_text(flag) | some flag in instruction.flags}

input_text(flag) := sprintf("%s=%s", [flag.name, object.get(flag, ["value", "value"], "")])
