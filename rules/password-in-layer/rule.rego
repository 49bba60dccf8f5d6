# METADATA
# title: A password is written into the image
# description: |
#   The password stands in the image's history, and its hash in /etc/shadow: everyone who can pull the image has it, and it is the same
#   in every container. Most images need no password at all; where one is needed, set it when the container starts.
# custom:
#   severity: warning
#   category: security
#   security-severity: "7.0"
#   aliases: [checkov/CKV2_DOCKER_17]
#   differs:
#     - >-
#       Checkov flags every chpasswd, also one that gets the password from a secret or makes it up.
#   since: 0.1.0
package plimline.rules["password-in-layer"]

import data.plimline.lib

# echo 'root:secret' | chpasswd, echo secret | passwd --stdin root
findings contains lib.at(word, "this password is in the image's history, and its hash in /etc/shadow") if {
	some name, pattern in readers
	some reader in lib.runs(name)
	lib.kept(reader)
	some writer in input.instructions[reader.instruction].commands
	writer.name in {"echo", "printf"}
	writer.pipe < reader.pipe
	same_pipe(writer, reader)
	some i, word in writer.words
	i > 0
	regex.match(pattern, word.value)
	not placeholder(word, reader)
}

readers := {
	"chpasswd": `^[a-z_][^:$%]*:[^$%\s]+`,
	"passwd": `^[^-$%][^$%]*$`,
}

# No other pipeline begins between them.
same_pipe(writer, reader) if {
	writer.span[0] < reader.span[0]
	between := [other |
		some other in input.instructions[reader.instruction].commands
		other.pipe == 0
		other.span[0] > writer.span[0]
		other.span[0] <= reader.span[0]
	]
	count(between) == 0
}

# chpasswd <<< 'root:secret'
findings contains lib.at(redirect, "this password is in the image's history, and its hash in /etc/shadow") if {
	some reader in lib.runs("chpasswd")
	lib.kept(reader)
	some redirect in reader.redirects
	redirect.op == "<<<"
	regex.match(readers.chpasswd, redirect.target.value)
	not placeholder(redirect.target, reader)
}

# chpasswd <<EOF
findings contains lib.at(heredoc, "this password is in the image's history, and its hash in /etc/shadow") if {
	some reader in lib.runs("chpasswd")
	lib.kept(reader)
	not encrypted(reader)
	some heredoc in input.instructions[reader.instruction].heredocs
	reader.span[0] < heredoc.span[0]
	regex.match(`(?m)^[a-z_][^:$%\s]*:[^$%\s<]+$`, heredoc.content)
}

# useradd -p HASH, --password=HASH
findings contains lib.at(word, "everyone who has the image can read this hash and look for its password") if {
	some name in {"useradd", "usermod"}
	some command in lib.runs(name)
	lib.kept(command)
	some i, word in command.words
	word.literal
	value := hash(command, i)
	not value in {"", "*", "!", "!!", "x", "NP"}
}

hash(command, i) := command.words[i].value if command.words[i - 1].value in {"-p", "--password"}

hash(command, i) := trim_prefix(command.words[i].value, "--password=") if startswith(command.words[i].value, "--password=")

# passwd -d root
findings contains lib.at(command, "root needs no password then: every user of the container is root with su") if {
	some command in lib.runs("passwd")
	lib.kept(command)
	some flag in command.args
	flag in {"-d", "--delete"}
	"root" in command.args
}

placeholder(word, _) if not word.literal

placeholder(word, _) if regex.match(`^[^:]+:<.*>$`, word.value)

# A hash that no password has.
placeholder(word, reader) if {
	encrypted(reader)
	regex.match(`:[*!x]+$`, word.value)
}

encrypted(reader) if lib.has_flag(reader, {"-e", "--encrypted"})
