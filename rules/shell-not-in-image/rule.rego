# METADATA
# title: A shell is needed, and the image has none
# description: |
#   RUN, and CMD, ENTRYPOINT and HEALTHCHECK without brackets, run as `/bin/sh -c "..."`. An image without a shell stops
#   with `exec /bin/sh: no such file or directory`. Write a JSON array, and do in the builder what RUN does here.
# custom:
#   severity: error
#   category: correctness
#   since: 0.1.0
package plimline.rules["shell-not-in-image"]

import data.plimline.lib

findings contains lib.mended(lib.at(instruction.body, message), exec_form(instruction)) if {
	lib.final.base.shell == "no"
	not brings_shell
	some instruction in needing
	message := sprintf("this needs /bin/sh, which %s lacks", [lib.final.base.text])
}

needing contains instruction if {
	some instruction in lib.started
	instruction.form == "shell"
	instruction.shell == ["/bin/sh", "-c"]
}

needing contains instruction if {
	instruction := input.instructions[lib.final.healthcheck]
	instruction.form == "shell"
	instruction.shell == ["/bin/sh", "-c"]
	upper(instruction.args[0].text) == "CMD"
}

needing contains instruction if {
	some instruction in input.by.run
	instruction.stage in lib.final_chain
	instruction.form == "shell"
	instruction.shell == ["/bin/sh", "-c"]
}

# Something is copied to where a shell lies, or so much that one may be in it. Programs built here are none.
brings_shell if {
	some copy in input.copies
	copy.into in lib.final_chain
	object.get(copy, ["dest", "path"], "/") in {"/", "/bin", "/bin/sh", "/busybox", "/usr", "/usr/bin"}
	not lib.programs_only(copy)
	not plain_file(copy)
}

# A file with an ending from the build context is no shell.
plain_file(copy) if {
	copy.kind == "main"
	every source in copy.sources {
		regex.match(`[^/]\.[A-Za-z]+$`, source.value)
	}
}

exec_form(instruction) := lib.exec_form(instruction) if {
	instruction.name in {"cmd", "entrypoint"}
} else := null
