# METADATA
# title: A step runs outside of the sandbox
# description: |
#   `--security=insecure` gives a RUN all rights of root on the build machine, `--network=host` its network with what listens on
#   localhost there. What the step downloads and starts has them too. The build must be called with `--allow`, and `--security=insecure` needs a
#   builder that was started for it, so the file does not build everywhere.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/#run---security
#   - https://docs.docker.com/reference/dockerfile/#run---network
# custom:
#   severity: warning
#   set: strict
#   category: security
#   aliases: [semgrep/run-security-insecure]
#   since: 0.1.0
package plimline.rules["run-without-sandbox"]

import data.plimline.lib

findings contains lib.at(flag, message) if {
	some instruction in array.concat(input.by.run, [i | some i in input.by.onbuild; i.name == "run"])
	some flag in instruction.flags
	message := reasons[flag.name][flag.value.value]
}

reasons := {
	"security": {"insecure": "this step has all rights of root on the build machine"},
	"network": {"host": "this step is in the network of the build machine"},
}
