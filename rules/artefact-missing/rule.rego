# METADATA
# title: COPY --from takes what nobody makes
# description: |
#   The stage makes no such file, so the build stops: `"/out/ap": not found`. It is reported only when all of the stage is understood.
# custom:
#   severity: error
#   category: correctness
#   since: 0.1.0
package plimline.rules["artefact-missing"]

import data.plimline.lib

findings contains lib.at(source, message) if {
	some copy in input.copies
	not copy.mount
	copy.kind == "stage"
	input.stages[copy.into].needed
	some source in copy.sources
	source.absent
	count(made(copy.stage)) > 0
	message := sprintf("nothing in stage %s makes %s; it makes %s", [input.stages[copy.stage].name, source.path, concat(", ", made(copy.stage))])
}

made(stage) := {output |
	some build in input.builds
	build.stage == stage
	some output in build.outputs
}
