# METADATA
# title: A variable that nothing sets
# description: |
#   It is empty: a path loses a part of it, an option its value. An ARG before the first FROM is not known in a stage that does not repeat it.
#   A variable in capitals may come from a base image, so it is reported only where the base is known to have none, or where a name
#   nearly like it is set.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/undefined-var/
# custom:
#   severity: warning
#   category: correctness
#   aliases: [buildkit/UndefinedVar, shellcheck/SC2154, shellcheck/SC2153]
#   differs:
#     - >-
#       BuildKit does not look into RUN, and ShellCheck does not know what ARG and ENV set.
#   since: 0.1.0
package plimline.rules["undefined-variable"]

import data.plimline.lib

findings contains lib.at(use, message) if {
	some stage in input.stages
	some instruction in stage.instructions
	instruction.valid
	some use in instruction.unset
	not use.platform
	message := judged(stage, instruction, use)
}

judged(stage, instruction, use) := sprintf("%s is not set, so %s; %s is", [use.name, then(use), use.similar]) if {
	use.similar
} else := sprintf("%s is not set, so %s: the ARG before the first FROM is not known in this stage", [use.name, then(use)]) if {
	some global in input.globals
	global.name == use.name
} else := sprintf("nothing sets %s, so %s", [use.name, then(use)]) if {
	use.name == lower(use.name)
	known(stage)
} else := sprintf("nothing sets %s, so %s", [use.name, then(use)]) if {
	stage.base.class in {"empty", "static", "small", "slim", "full", "busybox"}
	stage.base.user != "unknown"
	instruction.name != "run"
}

then(use) := "the build stops" if use.required

then(use) := "it is empty" if not use.required

# The base, or its makers, are known; who names variables in small letters is not.
known(stage) if not stage.base.class in {"unknown", "windows"}

known(stage) if stage.base.text == ""
