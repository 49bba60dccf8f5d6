# METADATA
# title: --from names nothing
# description: |
#   `COPY --from` and `RUN --mount=from=` take a stage above them, a named build context or an image. A number without
#   a stage, a stage further down, and what no image can be called stop the build. A misspelt stage name is taken for an image of that name on
#   Docker Hub: the build fails when there is none, and copies a stranger's files when there is one.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/#copy---from
# custom:
#   severity: error
#   category: correctness
#   aliases: [hadolint/DL3022]
#   differs:
#     - >-
#       hadolint (DL3022) flags named build contexts and images without a tag, and passes `--from=0abc` as a number.
#     - >-
#       Stage names are not case-sensitive; hadolint compares them as if they were.
#   since: 0.1.0
package plimline.rules["unknown-copy-source"]

import data.plimline.lib

findings contains lib.at(copy.from, message) if {
	some copy in input.copies
	message := refusal(copy)
}

refusal(copy) := sprintf("there is no stage %s; stages are counted from 0", [copy.from.text]) if {
	copy.refused == "number"
}

refusal(copy) := sprintf("stage %s is defined further down", [copy.from.text]) if copy.refused == "later"

refusal(copy) := "--from takes no variables; name a stage that is FROM the variable" if copy.refused == "variable"

findings contains lib.at(copy.from, message) if {
	some copy in input.copies
	copy.image.invalid
	message := sprintf("no stage is called %s, and it is not an image reference, so the build stops", [copy.from.text])
}

findings contains lib.at(copy.from, message) if {
	some copy in lib.misnamed_copies
	message := sprintf("no stage is called %s, so Docker Hub is asked for an image of that name", [copy.from.text])
}
