# METADATA
# title: An archive is copied and then extracted
# description: |
#   The archive stays in its layer, even if a later step deletes it. ADD extracts a local tar archive by itself and leaves no copy; or mount
#   it for the one RUN: `RUN --mount=type=bind,source=app.tar.gz,target=/tmp/app.tar.gz tar -xf /tmp/app.tar.gz`.
# custom:
#   severity: note
#   category: size
#   aliases: [hadolint/DL3010]
#   differs:
#     - >-
#       hadolint (DL3010) compares names of Windows files with their backslashes, which are escapes unless the file says otherwise.
#   needs: [COPY]
#   since: 0.1.0
package plimline.rules["archive-copied-to-extract"]

import data.plimline.lib

findings contains lib.related(lib.at(source, message), command, "extracted here") if {
	some copy in input.copies
	copy.kind == "main"
	not copy.mount
	not copy.add
	some source in copy.sources
	file := base(source.value)
	regex.match(`\.(tar|tgz|tbz2?|txz|tlz|tar\.(gz|bz2|xz|lzma|zst)|tZ)$`, file)
	some command in input.stages[copy.into].commands
	command.instruction > copy.instruction
	extracts(command)
	some word in command.words
	base(word.value) == file
	message := sprintf("%s stays in this layer beside what is extracted of it; ADD extracts it and keeps no copy", [file])
}

base(path) := parts[count(parts) - 1] if parts := regex.split(`[/\\]`, path)

extracts(command) if {
	command.name == "tar"
	regex.match(`^-?-?[A-Za-z]*x|^--(extract|get)`, command.args[0])
}

extracts(command) if {
	command.name == "tar"
	some arg in command.args
	regex.match(`^-[A-Za-z]*x|^--(extract|get)$`, arg)
}

extracts(command) if command.name in {"gunzip", "bunzip2", "unxz", "unlzma", "uncompress", "zcat"}
