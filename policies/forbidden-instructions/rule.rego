# METADATA
# title: An instruction that is not to be used
# description: |
#   Kubernetes does not look at HEALTHCHECK, VOLUME takes files out of reach of later steps, ONBUILD does things in other people's builds: what
#   an organisation has agreed to do without. A flag can be forbidden alone: `RUN --network=host`, `FROM --platform`.
# custom:
#   severity: warning
#   category: operation
#   needs-parameters: [instructions]
#   since: 0.1.0
package plimline.policies["forbidden-instructions"]

import data.plimline.lib

findings contains lib.at(instruction.keyword, lib.with_reason(sprintf("%s is not to be used", [instruction.keyword.text]), why)) if {
	some name, why in forbidden
	some instruction in input.instructions
	instruction.name == lower(name)
	instruction.valid
}

findings contains lib.at(instruction, lib.with_reason("ONBUILD is not to be used", why)) if {
	some name, why in forbidden
	upper(name) == "ONBUILD"
	some instruction in input.by.onbuild
}

findings contains lib.at(flag, lib.with_reason(sprintf("%s --%s is not to be used", [instruction.keyword.text, named(flag)]), why)) if {
	some pattern, why in forbidden
	[name, wanted] := split(pattern, " --")
	some instruction in input.instructions
	instruction.name == lower(name)
	some flag in instruction.flags
	some text in {flag.name, named(flag)}
	glob.match(wanted, null, text)
}

forbidden := data.plimline.parameters["forbidden-instructions"].instructions

named(flag) := sprintf("%s=%s", [flag.name, flag.value.value])

named(flag) := flag.name if not flag.value
