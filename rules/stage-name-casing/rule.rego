# METADATA
# title: A stage name with capital letters
# description: |
#   Stage names are not case-sensitive: `AS Build` and `--from=build` mean the same stage, which capitals hide.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/stage-name-casing/
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [buildkit/StageNameCasing]
#   since: 0.1.0
package plimline.rules["stage-name-casing"]

import data.plimline.lib

findings contains lib.fixed(lib.at(stage.alias, "stage names are lower case by convention, and capitals make no other stage"), "Write it in lower case", [lib.edit(stage.alias.span, lower(stage.alias.text))]) if {
	some stage in input.stages
	stage.alias.text != lower(stage.alias.text)
}
