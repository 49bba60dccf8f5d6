# METADATA
# title: The build changes go.mod
# description: |
#   `go mod tidy`, `go mod init` and `go get` choose versions again, from what is newest today: two builds of one commit differ, and what
#   was tested is not what ships. Run them before the commit, and have the build use `go mod download`.
# custom:
#   severity: warning
#   category: reproducibility
#   since: 0.1.0
package plimline.rules["go-mod-changed"]

import data.plimline.lib

findings contains lib.at(command, message) if {
	some stage in input.stages
	stage.needed
	some command in stage.commands
	command.name == "go"
	message := changes(command)
	not generated(command)
}

changes(command) := sprintf("go mod %s chooses versions during the build", [command.args[1]]) if {
	command.args[0] == "mod"
	command.args[1] in {"tidy", "init"}
}

changes(command) := "go get -u takes the newest versions during the build" if {
	command.args[0] == "get"
	some flag in {"-u", "-u=patch"}
	flag in command.args
}

# Sources without a module of their own: a sample, or a program written in the RUN.
generated(command) if {
	some other in input.commands
	other.instruction == command.instruction
	other.name in {"cat", "printf", "git"}
}
