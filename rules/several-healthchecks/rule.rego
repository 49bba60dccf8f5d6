# METADATA
# title: Only the last HEALTHCHECK counts
# description: |
#   A stage has one HEALTHCHECK: each one replaces those before it, also ones with other settings. The earlier ones do nothing and mislead the
#   reader.
# custom:
#   severity: warning
#   category: correctness
#   aliases:
#     - hadolint/DL3012
#     - buildkit/MultipleInstructionsDisallowed
#     - trivy/DS-0023
#     - trivy/AVD-DS-0023
#   needs: [HEALTHCHECK]
#   since: 0.1.0
package plimline.rules["several-healthchecks"]

import data.plimline.lib

findings contains lib.fixed(lib.related(lib.at(earlier, "this does nothing: another HEALTHCHECK of the stage replaces it"), last, "the one that counts"), "Delete it", [lib.edit(earlier.span, "")]) if {
	some stage in input.stages
	all := [instruction | some instruction in stage.instructions; instruction.name == "healthcheck"; not instruction.onbuild]
	last := all[count(all) - 1]
	some earlier in all
	earlier.index < last.index
}
