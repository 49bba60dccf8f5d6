# METADATA
# title: A script is run as it comes from the network
# description: |
#   Whoever serves the address decides what runs as root in the build, today and on the next one: nothing is pinned, nothing is compared
#   with a checksum, and a connection that breaks halfway leaves half of a script that has run. Download a version, check it, then run it;
#   or take a package or `COPY --from` an image.
# custom:
#   severity: warning
#   set: strict
#   category: security
#   since: 0.1.0
package plimline.rules["piped-installer"]

import data.plimline.lib

# curl ... | sh
findings contains lib.at(download, message) if {
	some download in downloads
	some name in shells
	some shell in lib.runs(name)
	shell.instruction == download.instruction
	shell.pipe > download.pipe
	shell.span[0] > download.span[0]
	reads_script(shell)
	same_pipe(download, shell)
	message := sprintf("%s runs whatever the server sends; pin and check it first", [name])
}

# bash -c "$(curl ...)", eval "$(curl ...)"
findings contains lib.at(word, message) if {
	some name in (shells | {"eval"})
	some shell in lib.runs(name)
	some i, word in shell.words
	regex.match("^\\x22?([$][(]|`)\\s*(curl|wget)\\s", word.text)
	regex.match(`^(-[a-z]*c|eval)$`, shell.words[i - 1].value)
	message := sprintf("%s runs whatever the server sends; pin and check it first", [name])
}

# bash <(curl ...)
findings contains lib.at(word, message) if {
	some name in (shells | {"source", "."})
	some shell in lib.runs(name)
	word := lib.operands(shell, set())[0]
	regex.match(`^<\(\s*(curl|wget)\s`, word.text)
	message := sprintf("%s runs whatever the server sends; pin and check it first", [name])
}

shells := {"sh", "bash", "ash", "dash", "zsh"}

downloads contains command if {
	some name in {"curl", "wget"}
	some command in lib.runs(name)
}

# Its script is what comes in: no file, no -c.
reads_script(shell) if "-s" in shell.args

reads_script(shell) if {
	count([arg | some arg in shell.args; arg != "-"; arg != "/dev/stdin"; not regex.match(`^[-+][a-z]+$`, arg)]) == 0
	count([arg | some arg in shell.args; regex.match(`^-[a-z]*c$`, arg)]) == 0
}

# No other pipeline begins between them, and nothing checks what passes.
same_pipe(download, shell) if {
	between := [other |
		some other in input.instructions[shell.instruction].commands
		other.span[0] > download.span[0]
		other.span[0] <= shell.span[0]
		breaks(other)
	]
	count(between) == 0
}

breaks(other) if other.pipe == 0

breaks(other) if regex.match(`sum$|^gpgv?$|^openssl$`, other.name)
