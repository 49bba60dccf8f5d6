# METADATA
# title: Only the last CMD counts
# description: |
#   A stage has one CMD: each one replaces those before it, also ones with other settings. The earlier ones do nothing and mislead the
#   reader.
# custom:
#   severity: warning
#   category: correctness
#   aliases:
#     - hadolint/DL4003
#     - buildkit/MultipleInstructionsDisallowed
#     - trivy/DS-0016
#     - trivy/AVD-DS-0016
#     - kics/41c195f4-fc31-4a5c-8a1b-90605538d49f
#     - semgrep/multiple-cmd-instructions
#   needs: [CMD]
#   since: 0.1.0
package plimline.rules["several-cmds"]

import data.plimline.lib

findings contains lib.fixed(lib.related(lib.at(earlier, "this does nothing: another CMD of the stage replaces it"), last, "the one that counts"), "Delete it", [lib.edit(earlier.span, "")]) if {
	some stage in input.stages
	all := [instruction | some instruction in stage.instructions; instruction.name == "cmd"; not instruction.onbuild]
	last := all[count(all) - 1]
	some earlier in all
	earlier.index < last.index
}
