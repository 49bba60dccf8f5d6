# METADATA
# title: Without a build argument this file does not build
# description: |
#   With the default of the ARG, or without one, the image's name is not valid: `docker build .` stops with `failed to parse stage name`. Give it a
#   default.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/invalid-default-arg-in-from/
# custom:
#   severity: warning
#   set: strict
#   category: correctness
#   aliases: [buildkit/InvalidDefaultArgInFrom]
#   since: 0.1.0
package plimline.rules["arg-without-default-in-from"]

import data.plimline.lib

findings contains lib.through(stage.from, sprintf("without a build argument for %s this names no image", [concat(", ", names)])) if {
	not input.template
	some stage in input.stages
	names := [use.name | some use in stage.from.vars; use.kind == "globalarg"; use.span]
	count(names) > 0
	named := regex.replace(stage.from.value, `\$(\{[A-Za-z_][A-Za-z0-9_]*\}|[A-Za-z_][A-Za-z0-9_]*)`, "")
	not contains(named, "$")
	regex.match(`^$|^[/:@._-]|[/:@._-]$|//|:@|:/|/:`, named)
}
