# METADATA
# title: go get installs no programs any more
# description: |
#   Since Go 1.18 `go get` only changes go.mod. Where there is none it stops: `'go get' is no longer supported outside a module`.
#   Use `go install example.com/tool@v1.2.3`.
# related_resources:
#   - https://go.dev/doc/go-get-install-deprecation
# custom:
#   severity: error
#   category: correctness
#   needs: [go]
#   since: 0.1.0
package plimline.rules["go-get-outside-module"]

import data.plimline.lib

findings contains finding if {
	some command in input.commands
	command.name == "go"
	command.args[0] == "get"
	not command.conditional
	not command.onbuild
	stage := input.stages[command.stage]
	root := input.stages[stage.root]
	lib.go_minor(root.base) >= 18
	not module_in_sight(command, stage)
	finding := lib.at(command, "there is no go.mod here, and go get no longer installs programs, so it stops; use go install path@version")
}

# Files come from somewhere.
module_in_sight(command, stage) if {
	some copy in input.copies
	copy.into in stage.chain
	copy.instruction <= command.instruction
}

module_in_sight(command, stage) if {
	some other in input.commands
	other.stage in stage.chain
	other.instruction <= command.instruction
	not harmless(other)
}

module_in_sight(command, stage) if {
	some instruction in input.by.run
	instruction.stage in stage.chain
	instruction.index <= command.instruction
	instruction.opaque
}

module_in_sight(_, stage) if {
	some text in lib.stage_texts(stage.index)
	contains(text, "GO111MODULE")
}

# It makes no go.mod.
harmless(command) if command.name in {"apk", "apt-get", "apt", "mkdir", "echo", "set", "export", "rm", "cd", "chmod"}

harmless(command) if {
	command.name == "go"
	command.args[0] in {"get", "version", "env", "install"}
}
