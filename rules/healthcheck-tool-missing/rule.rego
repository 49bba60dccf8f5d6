# METADATA
# title: HEALTHCHECK runs a program the image does not have
# description: |
#   The check fails at every try, so the container is never healthy: it is restarted, or gets no traffic.
#   alpine and busybox have wget and no curl; Debian's and Ubuntu's images have neither.
# custom:
#   severity: warning
#   category: correctness
#   needs: [HEALTHCHECK]
#   since: 0.1.0
package plimline.rules["healthcheck-tool-missing"]

import data.plimline.lib

findings contains lib.at(command.words[0], message) if {
	stage := lib.final
	instruction := input.instructions[stage.healthcheck]
	some command in instruction.commands
	command.name in lacking
	not installed(command.name)
	message := sprintf("%s has no %s, so the container is never healthy", [stage.base.text, command.name])
}

lacking := {"curl"} if lib.final.base.class in {"small", "busybox"}

lacking := {"curl", "wget"} if lib.final.base.name in {"debian", "ubuntu"}

lacking := {"curl", "wget"} if lib.final.base.class in {"empty", "static", "libc"}

installed(name) if lib.run_in_final(name)

# A script or a make may install anything; so may what is copied.
installed(name) if {
	some copy in input.copies
	copy.into in lib.final_chain
	not copy.mount
	some source in copy.sources
	source.takes != ["artefact"]
	object.get(source, "path", "/") in {"/", "/bin", "/usr", "/usr/bin", "/usr/local", "/usr/local/bin", concat("", ["/usr/bin/", name]), concat("", ["/bin/", name])}
	copy.kind != "main"
}
