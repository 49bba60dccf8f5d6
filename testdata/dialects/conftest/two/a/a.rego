package main

import rego.v1

deny contains msg if {
	some command in input
	command.Cmd in unwanted
	msg := command.Cmd
}
