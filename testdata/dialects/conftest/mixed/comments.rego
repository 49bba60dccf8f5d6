# METADATA
# title: Comments
# custom:
#   id: C-1
package docker.comments

import rego.v1

# METADATA
# title: Comments are commands too
# custom:
#   id: C-2
#   severity: LOW
warn contains msg if {
	some i, command in input
	command.Cmd == "comment"
	msg := sprintf("%d %d %v %v", [i, command.Stage, command.Flags, command.Value])
}

deny_sub contains msg if {
	some command in input
	command.SubCmd != ""
	msg := sprintf("%v", [command])
}

deny_walk contains msg if {
	walk(input, [path, value])
	is_string(value)
	startswith(value, "--from")
	msg := sprintf("%v", [path])
}

deny_object contains msg if {
	by := {command.Cmd: n |
		some command in input
		n := count([1 | some c in input; c.Cmd == command.Cmd])
	}
	by.run > 3
	msg := sprintf("%v", [by])
}
