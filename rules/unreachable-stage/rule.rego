# METADATA
# title: Nothing uses this stage
# description: |
#   The stage that is built neither starts from this one nor copies from it, so BuildKit skips it. What it builds
#   is not in the image, and tests that run in it never run.
#   A stage with a name of its own is left alone unless it is called a builder: it may be meant for `--target`.
# custom:
#   severity: warning
#   category: correctness
#   since: 0.1.0
#   every-build: true
package plimline.rules["unreachable-stage"]

import data.plimline.lib

findings contains lib.at(stage.from, message) if {
	some stage in unused
	not stage.alias
	message := "nothing uses this stage, so it is not built"
}

findings contains lib.at(stage.alias, message) if {
	some stage in unused
	is_builder(stage)
	message := sprintf("nothing uses stage %s, so it is not built", [stage.name])
}

findings contains lib.unknown(stage.alias, message) if {
	some stage in unused
	stage.alias
	not is_builder(stage)
	message := sprintf("nothing uses stage %s; it is built with --target only", [stage.name])
}

unused contains stage if {
	some stage in input.stages
	not stage.needed
	stage.used_by == []
	stage.from
	not input.template

	# A misspelt --from is the cause then, and has its own finding.
	count(lib.misnamed_copies) == 0
}

is_builder(stage) if {
	regex.match(`(?i)^(go|golang|app|binary|src|source)?[-_]?(build|builder|compile|compiler|deps|dependencies)([-_]?(env|stage|image|base))?$`, stage.alias.text)
	not stage.entrypoint
	not stage.cmd
}
