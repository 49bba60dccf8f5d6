# METADATA
# title: The file is a template
# description: |
#   A template engine makes Dockerfiles from this file; what they build cannot be known from it.
#   Lint what the engine writes: `render | plimline lint --stdin-filename Dockerfile -`.
# custom:
#   severity: note
#   category: input
#   since: 0.1.0
package plimline.rules["unreadable-template"]

import data.plimline.lib

findings contains lib.at(problem, problem.message) if {
	some problem in input.problems
	problem.kind == "template"
}
