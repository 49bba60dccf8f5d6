# METADATA
# title: A token is written into a layer
# description: |
#   A token from ARG or ENV in an address for git stays in the layer's files and in the build's history: everyone who gets the builder's
#   layers or the cache reads it. Use `RUN --mount=type=secret` or `--mount=type=ssh` for the one command that needs it.
# related_resources:
#   - https://docs.docker.com/build/building/secrets/
# custom:
#   severity: warning
#   category: security
#   security-severity: "7.0"
#   needs: [git, go, COPY, ADD]
#   since: 0.1.0
package plimline.rules["token-in-git-config"]

import data.plimline.lib

# git config url."https://$TOKEN@host".insteadOf, git clone https://user:$TOKEN@host
findings contains lib.at(word, message) if {
	some command in input.commands
	command.name == "git"
	some word in command.words
	regex.match(`://[^/\s]*\$[^/\s]*@`, word.value)
	some name in word.vars
	given(command, name)
	message := sprintf("the value of %s is in the build's history, and in this layer", [name])
}

findings contains lib.at(word, "the password in this address is in the build's history, and in this layer") if {
	some command in input.commands
	command.name in {"git", "go"}
	some word in command.words
	regex.match(`://[^/\s:@]*:[^/\s@$<{]{8,}@`, word.value)
}

# COPY .netrc
findings contains lib.at(source, message) if {
	some copy in input.copies
	copy.kind == "main"
	not copy.mount
	some source in copy.sources
	regex.match(`(^|/)(\.netrc|\.git-credentials|id_rsa|id_ed25519|id_ecdsa)$`, source.value)
	message := sprintf("%s stays in this layer even if a later step deletes it", [source.text])
}

given(command, name) if {
	some index in input.stages[command.stage].chain
	some variable in input.stages[index].env
	variable.name == name
	variable.kind in {"arg", "globalarg", "env", "buildarg"}
}
