package main

import rego.v1

deny contains msg if {
	some file in input
	some command in file.contents
	command.Cmd == "from"
	msg := sprintf("%s: %s", [file.path, command.Value[0]])
}

warn contains msg if {
	file := input[i]
	count(file.contents) > 10
	msg := sprintf("%d: %d", [i, count(file.contents)])
}
