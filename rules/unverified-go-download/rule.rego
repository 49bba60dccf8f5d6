# METADATA
# title: A Go release is unpacked unchecked
# description: |
#   What is downloaded becomes the compiler of everything that is built. Without a checksum, whoever can change the download
#   changes the programs. Compare it with `sha256sum -c`, or take it from an image: `COPY --from=golang:1.26 /usr/local/go /usr/local/go`.
# custom:
#   severity: warning
#   category: security
#   security-severity: "5.0"
#   since: 0.1.0
package plimline.rules["unverified-go-download"]

import data.plimline.lib

findings contains lib.at(command, "the Go release is not compared with its checksum") if {
	some command in input.commands
	command.name in {"curl", "wget"}
	some word in command.words
	regex.match(`(go\.dev/dl/|golang\.org/dl/|dl\.google\.com/go/|storage\.googleapis\.com/golang/).*(\.tar\.gz|\$)`, word.value)
	not checked(command)
}

# A checksum or a signature is looked at in the same RUN or a later one of the stage.
checked(command) if {
	some other in input.commands
	other.stage == command.stage
	regex.match(`^(sha(256|512)sum|shasum|gpgv?|cosign|openssl)$`, other.name)
}
