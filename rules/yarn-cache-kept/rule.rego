# METADATA
# title: yarn's cache stays in the layer
# description: |
#   What the package manager keeps for a next time stays in the layer, and there is no next time. End the RUN with `yarn cache clean`, or mount a cache at /usr/local/share/.cache/yarn.
# custom:
#   severity: note
#   category: size
#   aliases: [hadolint/DL3060]
#   needs: [yarn]
#   since: 0.1.0
package plimline.rules["yarn-cache-kept"]

import data.plimline.lib

findings contains lib.mended(lib.at(command, "yarn's cache stays in the layer; end with yarn cache clean"), clean(command)) if {
	some command in lib.runs("yarn")
	command.args[0] in {"install", "add"}
	lib.kept(command)
	not cleaned(command)
	not lib.mounted(command, `/\.cache(/yarn)?$|/yarn(/v[0-9]+)?$|yarn`)
	not lib.deleted_later(command, `cache`)
	not lib.has_flag(command, {"--cache-folder", "--mode"})
	not berry(command)
}

# Yarn 2 and later keep the cache in the project.
berry(command) if {
	some instruction in input.stages[command.stage].instructions
	regex.match(`\.yarnrc\.yml|\.yarn/|yarn set version|corepack`, instruction.body.text)
}

cleaned(command) if {
	some other in lib.later(command)
	other.name == "yarn"
	array.slice(other.args, 0, 2) == ["cache", "clean"]
}

clean(command) := lib.fix("End with yarn cache clean", [lib.insert(end, " && yarn cache clean")]) if {
	end := lib.chain_end(command)
} else := null
