# METADATA
# title: A download over plain http
# description: |
#   Over http, a proxy, a router or whoever else is on the way can send something else, which is then run or shipped. Use https, or compare
#   what came with a checksum.
# custom:
#   severity: warning
#   set: strict
#   category: security
#   since: 0.1.0
package plimline.rules["download-over-http"]

import data.plimline.lib

findings contains lib.at(word, message) if {
	some name in {"curl", "wget"}
	some command in lib.runs(name)
	some word in command.words
	plain(word.value)
	keeps(command)
	not checked(command)
	message := sprintf("anyone on the network path can change %s", [word.text])
}

findings contains lib.at(source, message) if {
	some instruction in input.by.add
	count([flag | some flag in instruction.flags; flag.name == "checksum"]) == 0
	some i, source in instruction.args
	i < count(instruction.args) - 1
	plain(source.value)
	not regex.match(`\.git([#?].*)?$`, source.value)
	message := sprintf("anyone on the network path can change %s", [source.text])
}

# Not from the build's own machine, nor from a service's own address.
plain(address) if {
	regex.match(`(?i)^http://`, address)
	not regex.match(`(?i)^http://(localhost|127\.|\[::1\]|0\.0\.0\.0|host\.docker\.internal|169\.254\.|metadata\.)`, address)
}

# What comes is not thrown away, and it is no answer to something that is sent.
keeps(command) if count([arg | some arg in command.args; arg in {"/dev/null", "--spider", "-I", "--head", "-X", "--request", "-d", "--data"}]) == 0

checked(command) if {
	some other in input.instructions[command.instruction].commands
	regex.match(`^((sha(1|224|256|384|512)|b2|md5)sum|shasum|gpgv?|cosign|minisign|openssl|jarsigner)$`, other.name)
}
