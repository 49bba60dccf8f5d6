# METADATA
# title: An empty line in a continued instruction
# description: |
#   BuildKit takes what follows the empty line for part of the instruction, against what the page looks like, and says that this will be an error:
#   `Empty continuation lines will become errors in a future release`.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/no-empty-continuation/
# custom:
#   severity: warning
#   category: correctness
#   aliases: [buildkit/NoEmptyContinuation]
#   since: 0.1.0
package plimline.rules["empty-continuation"]

import data.plimline.lib

findings contains lib.fixed(lib.at({"span": line}, "this line is empty, and the instruction goes on behind it; a future BuildKit refuses it"), "Delete the empty lines", [lib.edit(empty, "") | some empty in instruction.empty_lines]) if {
	some instruction in input.instructions
	line := instruction.empty_lines[0]
}
