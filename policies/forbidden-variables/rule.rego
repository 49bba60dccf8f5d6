# METADATA
# title: A variable that ENV or ARG is not to set
# description: |
#   A secret behind ARG or ENV is read by everyone who can pull the image, a proxy behind ENV holds for every container, and some switches turn
#   checks off for good. The rule `secret-in-env` knows what secrets look like; this has the names that your own
#   scripts use, also in stages that are not shipped. Names are compared without regard to case.
# related_resources:
#   - https://docs.docker.com/build/building/secrets/
# custom:
#   severity: error
#   category: security
#   security-severity: "6.0"
#   needs: [ENV, ARG]
#   needs-parameters: [variables]
#   since: 0.1.0
package plimline.policies["forbidden-variables"]

import data.plimline.lib

findings contains lib.at(place, message) if {
	some pattern, why in parameters.variables
	some instruction in array.concat(input.by.env, input.by.arg)
	some pair in instruction.pairs
	place := matched(pattern, pair)
	not excepted(pair.key.text)
	message := lib.with_reason(sprintf("%s sets %s", [upper(instruction.name), place.text]), why)
}

parameters := data.plimline.parameters["forbidden-variables"]

matched(pattern, pair) := {"span": pair.key.span, "text": pair.key.text} if {
	not contains(pattern, "=")
	not emptied(pair)
	glob.match(lower(pattern), null, lower(pair.key.text))
}

# GOFLAGS=*-insecure*: the value counts too.
matched(pattern, pair) := {"span": pair.span, "text": sprintf("%s=%s", [pair.key.text, pair.value.value])} if {
	[name, value] := split(pattern, "=")
	glob.match(lower(name), null, lower(pair.key.text))
	lib.decided(pair.value)
	glob.match(value, null, pair.value.value)
}

# NAME= takes a value away.
emptied(pair) if pair.value.value == ""

excepted(name) if {
	some pattern in parameters.except
	glob.match(lower(pattern), null, lower(name))
}
