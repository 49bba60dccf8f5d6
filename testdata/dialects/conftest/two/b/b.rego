package main

import rego.v1

unwanted := {"add", "maintainer", "stopsignal"}

deny contains "no user" if {
	every command in input {
		command.Cmd != "user"
	}
}

exception contains ["later"] if input[0].Cmd == "comment"

deny_later contains "later" if true
