# METADATA
# title: FROM uses a variable that nothing declares
# description: |
#   Only ARGs before the first FROM, and BuildKit's platform arguments, are known there. The variable is empty, and the build stops or takes
#   another image than meant.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/undefined-arg-in-from/
# custom:
#   severity: error
#   category: correctness
#   aliases: [buildkit/UndefinedArgInFrom]
#   since: 0.1.0
package plimline.rules["undefined-arg-in-from"]

import data.plimline.lib

findings contains lib.at(word, sprintf("no ARG before the first FROM declares %s, so it is empty", [use.name])) if {
	not input.template
	some stage in input.stages
	some word in words(stage)
	some use in word.vars
	use.kind == "undeclared"
	not regex.match(sprintf(`\$\{%s:?[-+]`, [use.name]), word.text)
}

words(stage) := [stage.from, object.get(stage.from, "platform", {"vars": []})]
