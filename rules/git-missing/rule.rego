# METADATA
# title: Private modules are fetched with git, which the image lacks
# description: |
#   What GOPRIVATE names, and everything under `GOPROXY=direct`, is fetched with git. golang's alpine images have none, and the download
#   stops: `exec: "git": executable file not found in $PATH`. Install it in the builder: `apk add --no-cache git`.
# custom:
#   severity: warning
#   category: correctness
#   needs: [go]
#   since: 0.1.0
package plimline.rules["git-missing"]

import data.plimline.lib

findings contains finding if {
	some command in input.commands
	command.name == "go"
	fetches(command)
	chain := input.stages[command.stage].chain
	root := input.stages[chain[0]].base
	root.familiar == "golang"
	root.libc == "musl"
	why := private[chain[count(chain) - 1]]
	not vendored(command)
	not has_git(chain, command.instruction)
	finding := lib.related(lib.at(command.words[0], sprintf("this fetches modules with git, which %s lacks, so it stops", [root.text])), why, "private modules")
}

# By stage: what says that modules do not come from the proxy.
private[stage.index] := why if {
	some stage in input.stages
	variables := [variable |
		some variable in stage.env
		variable.kind == "env"
		direct(variable.name, variable.value)
		variable.span
	]
	why := {"span": variables[0].span}
}

direct("GOPRIVATE", value) if value != ""

direct("GOPROXY", value) if startswith(value, "direct")

fetches(command) if array.slice(command.args, 0, 2) == ["mod", "download"]

fetches(command) if command.args[0] in {"build", "install", "get"}

vendored(command) if {
	some arg in command.args
	arg == "-mod=vendor"
}

vendored(command) if {
	some text in lib.stage_texts(command.stage)
	contains(text, "vendor")
}

vendored(command) if {
	some build in input.builds
	build.stage == command.stage
	build.evidence.vendored
}

has_git(chain, index) if {
	some instruction in input.by.run
	instruction.stage in chain
	instruction.index <= index
	lib.may_do_anything(instruction)
}

has_git(chain, index) if {
	some command in input.commands
	command.stage in chain
	command.instruction <= index
	command.name != "go"
	not command.name in {"mkdir", "cd", "echo"}
	some word in command.words
	regex.match(`(^|[^a-z.])(git|alpine-sdk|\$.*)([^a-z]|$)`, word.value)
}

has_git(chain, _) if {
	some copy in input.copies
	copy.into in chain
	copy.kind in {"image", "stage", "unknown", "context"}
	not copy.mount
}
