# METADATA
# title: Packages are installed from lists of another day
# description: |
#   A RUN that only updates the package lists is cached. When the line with the packages changes months later, only that one runs, with
#   lists of months ago: it installs old versions, or stops because the servers no longer have them (404 Not Found). Update and install in
#   one RUN.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#apt-get
# custom:
#   severity: warning
#   category: reproducibility
#   aliases: [trivy/DS-0017, trivy/AVD-DS-0017, kics/9bae49be-0aa3-4de5-bab2-4c3a069e40cd, checkov/CKV_DOCKER_5]
#   differs:
#     - >-
#       The others also flag an update that no later RUN installs from; that one is only of no use.
#   since: 0.1.0
package plimline.rules["update-without-install"]

import data.plimline.lib

findings contains lib.related(lib.at(update, message), install, "installed here, from the lists of the cached step") if {
	some family in [{"apt-get", "apt"}, {"apk"}]
	some update in input.commands
	update.name in family
	verb(update) == "update"
	not busy(update)
	not lib.mounted(update, `^/(var(/(lib|cache)(/(apt|apk)(/lists)?)?)?|etc/apk/cache)$`)
	later := [command |
		some command in input.commands
		update.stage in input.stages[command.stage].chain
		command.instruction > update.instruction
		command.name in family
		verb(command) in verbs
		stale(command)
	]
	install := later[0]
	message := sprintf("this is cached by itself: `%s %s` below may use package lists of another day", [install.name, verb(install)])
}

verbs := {"install", "add"}

# The first word behind the flags.
verb(command) := lib.operands(command, lib.managers[command.name].valued)[0].value

# Something behind it in the same RUN may install; a script may too.
busy(update) if {
	some other in lib.later(update)
	not idle(other)
}

idle(other) if other.name in {"rm", "echo", "true", "find", "mkdir", "ls", "cat", "date", "set", "touch"}

idle(other) if verb(other) in {"update", "clean", "autoclean"}

# The RUN of the install has no update of its own.
stale(install) if {
	not updates(install)
	not lib.has_flag(install, {"--no-cache", "-U", "--update", "--update-cache"})
	not lib.has_letter(install, "U")
}

updates(install) if {
	some other in input.instructions[install.instruction].commands
	other.name in {"apt-get", "apt", "apk"}
	verb(other) == "update"
}
