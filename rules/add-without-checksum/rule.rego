# METADATA
# title: What is downloaded is not compared with a checksum
# description: |
#   Whatever the server sends on the day of the build gets into the image: another version, or what somebody put there who broke into
#   the server. `ADD --checksum=sha256:...` (Dockerfile 1.6) stops the build when the file is not the one that was meant.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/#add---checksum
# custom:
#   severity: warning
#   set: strict
#   category: security
#   differs:
#     - >-
#       KICS asks for curl or wget in place of ADD from an address. ADD sees when the file changes and then builds again, which RUN does not, and
#       checks it with `--checksum`.
#   needs: [ADD]
#   since: 0.1.0
package plimline.rules["add-without-checksum"]

import data.plimline.lib

findings contains lib.at(source, message) if {
	some instruction in input.by.add
	count([flag | some flag in instruction.flags; flag.name == "checksum"]) == 0
	some i, source in instruction.args
	i < count(instruction.args) - 1
	regex.match(`^https?://`, source.value)
	not git(source.value)
	not checked(instruction.stage)
	message := sprintf("nothing checks that %s is still the same file; give --checksum", [source.text])
}

# BuildKit clones what ends in .git.
git(address) if regex.match(`\.git([#?].*)?$`, address)

# A later step does it.
checked(stage) if {
	some command in input.stages[stage].commands
	command.name in {"sha256sum", "sha512sum", "shasum", "sha1sum", "md5sum", "gpg", "gpgv", "cosign", "minisign", "openssl", "apksigner"}
}
