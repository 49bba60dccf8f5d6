package builtins.docker

import rego.v1

from contains msg if {
	some command in input[0]
	command.Cmd == "from"
	msg := sprintf("%v", [command])
}

deny contains msg if {
	some command in input
	command.Cmd == "from"
	some msg in from with input as parse_config("dockerfile", sprintf("FROM %s AS a\nRUN [\"ls\"]", [command.Value[0]]))
}

warn contains msg if {
	settings := parse_config("yaml", "a: {b: [1, 2.5, x]}")
	msg := sprintf("%v %v", [settings, parse_config("json", `{"c": null}`)])
}

warn_file contains msg if {
	some name in parse_config_file("settings.yaml").names
	some command in input
	command.Cmd == name
	msg := name
}

warn_files contains msg if {
	some file in parse_combined_config_files(["settings.yaml"])
	msg := sprintf("%v", [file.contents])
}

warn_environment contains "an environment variable" if opa.runtime().env.PLIMLINE_NOT_SET

warn_regex contains msg if {
	some command in input
	command.Cmd == "label"
	some word in regex.find_n(`[a-z]+\.[a-z]+`, concat(" ", command.Value), -1)
	msg := sprintf("%s %s", [word, crypto.sha256(word)])
}

warn_print contains "printed" if print("something", input[0].Cmd)
