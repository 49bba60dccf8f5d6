# METADATA
# title: A stage copies from itself
# description: |
#   --from takes from another stage or image. BuildKit stops: `circular dependency detected on stage`.
# custom:
#   severity: error
#   category: correctness
#   aliases:
#     - hadolint/DL3022
#     - hadolint/DL3023
#     - trivy/DS-0006
#     - trivy/AVD-DS-0006
#     - kics/cdddb86f-95f6-4fc4-b5a1-483d9afceb2b
#     - semgrep/copy-from-own-alias
#   differs:
#     - >-
#       hadolint (DL3023) compares stage names with their case, which Docker does not.
#   since: 0.1.0
package plimline.rules["copy-from-own-stage"]

import data.plimline.lib

findings contains lib.at(copy.from, "a stage cannot copy from itself") if {
	some copy in input.copies
	copy.refused == "self"
}
