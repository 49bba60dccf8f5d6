# METADATA
# title: The Dockerfile is not valid
# description: |
#   BuildKit refuses this, so nothing is built. plimline leaves the instruction out and checks the rest of the file.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/
# custom:
#   severity: error
#   category: input
#   aliases: [hadolint/DL1000, hadolint/DL3043, hadolint/DL3061]
#   since: 0.1.0
package plimline.rules["parse-error"]

import data.plimline.lib

findings contains lib.at(problem, problem.message) if {
	some problem in input.problems
	problem.kind != "template"
}
