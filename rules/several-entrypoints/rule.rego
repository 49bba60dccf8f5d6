# METADATA
# title: Only the last ENTRYPOINT counts
# description: |
#   A stage has one ENTRYPOINT: each one replaces those before it, also ones with other settings. The earlier ones do nothing and mislead the
#   reader.
# custom:
#   severity: warning
#   category: correctness
#   aliases:
#     - hadolint/DL4004
#     - buildkit/MultipleInstructionsDisallowed
#     - trivy/DS-0007
#     - trivy/AVD-DS-0007
#     - kics/6938958b-3f1a-451c-909b-baeee14bdc97
#     - semgrep/multiple-entrypoint-instructions
#   needs: [ENTRYPOINT]
#   since: 0.1.0
package plimline.rules["several-entrypoints"]

import data.plimline.lib

findings contains lib.fixed(lib.related(lib.at(earlier, "this does nothing: another ENTRYPOINT of the stage replaces it"), last, "the one that counts"), "Delete it", [lib.edit(earlier.span, "")]) if {
	some stage in input.stages
	all := [instruction | some instruction in stage.instructions; instruction.name == "entrypoint"; not instruction.onbuild]
	last := all[count(all) - 1]
	some earlier in all
	earlier.index < last.index
}
