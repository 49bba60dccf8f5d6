# METADATA
# title: pip's cache stays in the layer
# description: |
#   What the package manager keeps for a next time stays in the layer, and there is no next time. Give `--no-cache-dir`, set `PIP_NO_CACHE_DIR=1`, or mount a cache at /root/.cache/pip.
# custom:
#   severity: note
#   category: size
#   aliases: [hadolint/DL3042, kics/f2f903fb-b977-461e-98d7-b3e2185c6118, semgrep/missing-pip-no-cache-dir]
#   differs:
#     - >-
#       hadolint (DL3042) takes only a mount that ends in `.cache/pip` for one, and does not know `PIP_CACHE_DIR`.
#   needs: ["pip*", "python*"]
#   since: 0.1.0
package plimline.rules["pip-cache-kept"]

import data.plimline.lib

findings contains lib.fixed(lib.at(command, "pip's cache stays in the layer; give --no-cache-dir"), "Give --no-cache-dir", [lib.insert(verb(command).span[1], " --no-cache-dir")]) if {
	some install in lib.pip_installs
	command := install.command
	lib.kept(command)
	not lib.has_flag(command, {"--no-cache-dir", "--no-cache", "--cache-dir", "--help"})
	not told(command)
	not lib.mounted(command, `/\.cache(/pip)?$|/pip$|^/tmp$`)
	not lib.deleted_later(command, `\.cache|^/root/\*?$`)
}

# PIP_NO_CACHE_DIR in the environment: from ENV or ARG, for the command, or exported before it.
told(command) if on(value_before(command))

told(command) if {
	not value_before(command)
	some variable in environment(command)
	on(variable.value)
}

told(command) if {
	some instruction in input.stages[command.stage].instructions
	contains(instruction.body.text, "PIP_CACHE_DIR")
}

environment(command) := [variable |
	some variable in input.stages[command.stage].env
	variable.name == "PIP_NO_CACHE_DIR"
]

value_before(command) := values[count(values) - 1] if {
	values := array.concat(
		[split(arg, "=")[1] |
			some other in input.instructions[command.instruction].commands
			other.name == "export"
			other.span[0] < command.span[0]
			some arg in other.args
			startswith(arg, "PIP_NO_CACHE_DIR=")
		],
		[assign.value.value | some assign in command.assigns; assign.name == "PIP_NO_CACHE_DIR"],
	)
}

on(value) if {
	value != ""
	not lower(value) in {"0", "off", "no", "false", "n", "f"}
}

verb(command) := [word | some word in command.words; word.value == "install"][0]
