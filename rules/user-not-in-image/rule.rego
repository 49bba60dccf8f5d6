# METADATA
# title: USER names somebody the image does not know
# description: |
#   An image FROM scratch has no /etc/passwd, so the name cannot be looked up and the container does not start:
#   `unable to find user app: no matching entries in passwd file`. Use the number: `USER 65532:65532`.
# custom:
#   severity: error
#   category: correctness
#   needs: [USER]
#   since: 0.1.0
package plimline.rules["user-not-in-image"]

import data.plimline.lib

findings contains lib.fixed(lib.at(stage.user, message), "Write a number", [lib.edit(stage.user.span, "65532:65532")]) if {
	stage := lib.final
	stage.base.class == "empty"
	stage.user.state == "known"
	name := split(stage.user.value, ":")[0]
	regex.match(`^[A-Za-z_]`, name)
	not brings_passwd
	message := sprintf("the image has no passwd file, so nobody is called %s and the container does not start", [name])
}

# A passwd file, or so much that one may be in it, is copied; or a RUN may make one.
brings_passwd if {
	some copy in input.copies
	copy.into in lib.final_chain
	dest := object.get(copy, ["dest", "path"], "/")
	dest in {"/", "/etc", "/etc/passwd"}
	not lib.programs_only(copy)
}

brings_passwd if {
	some instruction in input.by.run
	instruction.stage in lib.final_chain
}
