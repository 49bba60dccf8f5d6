# METADATA
# title: wget fills the log
# description: |
#   wget's progress bar is thousands of lines in a build log. Give `--no-verbose`, `--quiet` or `--progress=dot:giga`.
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [hadolint/DL3047]
#   needs: [wget]
#   since: 0.1.0
package plimline.rules["wget-progress"]

import data.plimline.lib

findings contains lib.fixed(lib.at(command, "the progress bar is thousands of lines in the log; give -nv or --progress=dot:giga"), "Give -nv", [lib.insert(command.words[0].span[1], " -nv")]) if {
	some command in lib.runs("wget")
	not lib.has_flag(command, {
		"--progress", "-q", "--quiet", "-nv", "--no-verbose", "-o", "--output-file", "-a", "--append-output", "--version", "--help", "--spider",
	})
	not lib.has_letter(command, "q")
	not quiet_nv(command)
	not busybox(command)
}

quiet_nv(command) if {
	some arg in command.args
	regex.match(`^-[A-Za-z]*(nv|o|a)`, arg)
}

# busybox's knows no --progress.
busybox(command) if input.stages[command.stage].base.name in {"alpine", "busybox"}
