# METADATA
# title: The check of module checksums is off
# description: |
#   The checksum database tells when a module is not what everybody else gets under that version. With GOSUMDB=off, GONOSUMDB=* or
#   GOINSECURE=*, a proxy or an attacker in between may serve anything, and `go.sum` is not there to notice new modules.
#   For private modules name their prefix in GOPRIVATE instead.
# related_resources:
#   - https://go.dev/ref/mod#checksum-database
# custom:
#   severity: warning
#   category: security
#   security-severity: "5.0"
#   since: 0.1.0
package plimline.rules["checksum-database-off"]

import data.plimline.lib

findings contains lib.at(pair, message) if {
	some instruction in array.concat(input.by.env, input.by.arg)
	some pair in instruction.pairs
	message := off(pair.key.text, pair.value.value)
}

findings contains lib.at(assign, message) if {
	some command in input.commands
	some assign in command.assigns
	message := off(assign.name, assign.value.value)
}

findings contains lib.at(word, message) if {
	some command in input.commands
	command.name == "export"
	some word in command.words
	[name, value] := split(word.value, "=")
	message := off(name, value)
}

findings contains lib.at(word, message) if {
	some command in input.commands
	command.name == "go"
	array.slice(command.args, 0, 2) == ["env", "-w"]
	some word in command.words
	[name, value] := split(word.value, "=")
	message := off(name, value)
}

off("GOSUMDB", "off") := "GOSUMDB=off accepts modules that are not what everybody else gets"

off(name, "*") := sprintf("%s=* accepts any module from anybody", [name]) if {
	name in {"GONOSUMDB", "GONOSUMCHECK", "GOINSECURE"}
}

off("GOFLAGS", value) := "-insecure accepts any module from anybody" if contains(value, "-insecure")
