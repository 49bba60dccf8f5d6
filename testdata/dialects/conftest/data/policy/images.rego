package main

import rego.v1

import data.lists.images as allowed
import data.top

deny contains msg if {
	some command in input
	command.Cmd == "from"
	name := split(command.Value[0], ":")[0]
	not name in allowed
	msg := sprintf("%s is none of %d", [name, count(allowed)])
}

warn contains msg if {
	some word in top.words
	some command in input
	some value in command.Value
	contains(value, word)
	msg := sprintf("%s in %s", [word, command.Cmd])
}
