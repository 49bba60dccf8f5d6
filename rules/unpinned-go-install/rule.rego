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
