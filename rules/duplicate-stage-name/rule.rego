# METADATA
# title: Two stages have the same name
# description: |
#   Stage names are compared without regard to case, and the last one wins: `COPY --from` and `--target` silently
#   take the later stage, and the earlier one cannot be named any more.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/duplicate-stage-name/
# custom:
#   severity: error
#   category: correctness
#   aliases:
#     - hadolint/DL3024
#     - buildkit/DuplicateStageName
#     - trivy/DS-0012
#     - trivy/AVD-DS-0012
#     - checkov/CKV_DOCKER_11
#     - kics/f2daed12-c802-49cd-afed-fe41d0b82fed
#     - semgrep/alias-must-be-unique
#   differs:
#     - >-
#       hadolint (DL3024) takes `Build` and `build` for two names; Docker does not.
#   since: 0.1.0
package plimline.rules["duplicate-stage-name"]

import data.plimline.lib

findings contains finding if {
	some stage in input.stages
	name := lower(stage.alias.text)
	first := min([other.index | some other in input.stages; lower(other.alias.text) == name])
	first < stage.index
	finding := lib.related(
		lib.at(stage.alias, sprintf("stage %d is called %s already", [first, stage.alias.text])),
		input.stages[first].alias,
		"the first stage of that name",
	)
}
