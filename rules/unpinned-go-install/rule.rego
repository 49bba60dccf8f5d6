# METADATA
# title: go install takes the newest version
# description: |
#   `@latest`, `@master` and `@main` are whatever they are on the day of the build. A new release, or a hijacked one, gets into the
#   image without a change to this file. Name a version.
# custom:
#   severity: warning
#   category: reproducibility
#   aliases: [hadolint/DL3062]
#   since: 0.1.0
package plimline.rules["unpinned-go-install"]

import data.plimline.lib

findings contains lib.at(word, message) if {
	some command in input.commands
	command.name == "go"
	command.args[0] in {"install", "get", "run"}
	some word in command.words
	regex.match(`@(latest|master|main|HEAD|upgrade)$`, word.value)
	message := sprintf("%s is whatever it is on the day of the build", [word.text])
}

# go get without a version takes the newest, whatever go.mod has.
findings contains lib.at(word, message) if {
	some command in lib.runs("go")
	command.args[0] == "get"
	not "-d" in command.args
	found := lib.operands(command, {"-C", "-modfile"})
	some word in array.slice(found, 1, count(found))
	module(command, word)
	message := sprintf("%s without a version is whatever is newest on the day of the build", [word.text])
}

module(_, word) if {
	regex.match(`^[a-z0-9-]+(\.[a-z0-9-]+)+/`, word.value)
	not contains(word.value, "@")
}

module(command, word) if {
	"-tool" in command.args
	not regex.match(`@|^\.`, word.value)
}
