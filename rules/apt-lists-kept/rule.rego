# METADATA
# title: apt's package lists stay in the image
# description: |
#   `apt-get update` leaves 20 to 50 MB of package lists in /var/lib/apt/lists. What the same RUN does not delete
#   stays in its layer for good, even if a later RUN deletes it. The lists are of no use once the packages are installed.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#apt-get
# custom:
#   severity: warning
#   category: size
#   aliases:
#     - hadolint/DL3009
#     - kics/df746b39-6564-4fed-bf85-e9c44382303c
#     - semgrep/remove-package-cache
#     - semgrep/remove-package-lists
#   differs:
#     - >-
#       hadolint (DL3009) counts the lists also where they are in a mount, and so in no layer.
#   needs: [apt-get, apt, aptitude]
#   since: 0.1.0
package plimline.rules["apt-lists-kept"]

import data.plimline.lib

findings contains lib.mended(lib.at(command, "the package lists it downloads stay in the image"), clean(command)) if {
	some instruction in array.concat(input.by.run, input.by.onbuild)
	some command in instruction.commands
	lib.kept(command)
	command.name in {"apt-get", "apt", "aptitude"}
	"update" in command.args
	not removed(instruction)
	not mounted(instruction)
}

removed(instruction) if {
	some command in instruction.commands
	command.name in {"rm", "find"}
	some arg in command.args
	regex.match(`^/var/lib/(apt(/lists.*|/\*|/)?|\*|\{.*apt/lists.*)$`, arg)
}

removed(instruction) if {
	some command in instruction.commands
	command.name in {"apt-get", "apt"}
	some arg in command.args
	arg in {"distclean", "dist-clean"}
}

# The lists are in a mount, which is no part of the layer.
mounted(instruction) if {
	some flag in instruction.flags
	flag.name == "mount"
	some field in flag.fields
	field.key.text in {"target", "dst", "destination"}
	regex.match(`^/var/lib(/apt(/lists)?)?/?$`, field.value.value)
}

clean(command) := lib.fix("End with rm -rf /var/lib/apt/lists/*", [lib.insert(end, " && rm -rf /var/lib/apt/lists/*")]) if {
	end := lib.chain_end(command)
	not needed_later(command)
} else := null

# A later RUN installs with these lists.
needed_later(command) if {
	some name in {"apt-get", "apt", "aptitude"}
	some other in lib.runs(name)
	other.instruction > command.instruction
	"install" in other.args
	not updates(other.instruction)
}

# Nobody knows what a script does with them.
needed_later(command) if {
	some instruction in input.by.run
	instruction.index > command.instruction
	instruction.opaque
}

updates(index) if {
	some command in input.instructions[index].commands
	command.name in {"apt-get", "apt", "aptitude"}
	"update" in command.args
}
