# METADATA
# title: A stage has a reserved name
# description: |
#   `scratch` is the empty image and `context` the build context: `FROM scratch` and `COPY --from=context` do not mean a stage of that name.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/reserved-stage-name/
# custom:
#   severity: warning
#   category: correctness
#   aliases: [hadolint/DL3063, buildkit/ReservedStageName]
#   since: 0.1.0
package plimline.rules["reserved-stage-name"]

import data.plimline.lib

findings contains lib.at(stage.alias, sprintf("%s is reserved, and does not mean this stage", [stage.alias.text])) if {
	some stage in input.stages
	lower(stage.alias.text) in {"scratch", "context"}
}
