# METADATA
# title: /bin/sh is replaced by a link
# description: |
#   Scripts of the distribution expect their own /bin/sh, and a package update puts it back. `SHELL ["/bin/bash", "-c"]` changes the shell
#   of RUN alone.
# custom:
#   severity: warning
#   category: correctness
#   aliases: [hadolint/DL4005, kics/8a301064-c291-4b20-adcb-403fe7fd95fd, semgrep/use-shell-instruction]
#   needs: [ln]
#   since: 0.1.0
package plimline.rules["shell-replaced-by-link"]

import data.plimline.lib

findings contains lib.at(command, "this changes the shell of everything in the image; use SHELL for that of RUN") if {
	some command in lib.runs("ln")
	n := count(command.args)
	command.args[n - 1] in {"/bin/sh", "/usr/bin/sh"}
	regex.match(`(^|/)(bash|zsh|ksh|mksh)$`, command.args[n - 2])
}
