# METADATA
# title: ssh does not check with whom it speaks
# description: |
#   With `StrictHostKeyChecking no`, anyone on the network path can answer in the server's place, and what git or scp bring is theirs. Write the
#   host's published key into known_hosts (`COPY known_hosts /etc/ssh/ssh_known_hosts`). In the image that is shipped it also holds for the
#   program in the container.
# custom:
#   severity: warning
#   category: security
#   security-severity: "7.0"
#   since: 0.1.0
package plimline.rules["host-key-not-checked"]

import data.plimline.lib

# As an option, in a configuration that is written, in GIT_SSH_COMMAND.
findings contains lib.at(word, text) if {
	some command in input.commands
	not command.name in {"grep", "sed"}
	some word in command.words
	regex.match(pattern, word.value)
}

# ssh -o "StrictHostKeyChecking no" in two words, and echo without quotes
findings contains lib.at(word, text) if {
	some command in input.commands
	some i, word in command.words
	lower(word.value) == "stricthostkeychecking"
	lower(command.words[i + 1].value) in {"no", "off"}
}

findings contains lib.at(assign, text) if {
	some command in input.commands
	some assign in command.assigns
	regex.match(pattern, assign.value.value)
}

findings contains lib.at(pair, text) if {
	some instruction in array.concat(input.by.env, input.by.arg)
	some pair in instruction.pairs
	regex.match(pattern, pair.value.value)
}

pattern := `(?i)StrictHostKeyChecking[= \t]+"?(no|off)\b`

text := "ssh takes anybody who answers for the host; write its key into known_hosts"
