# METADATA
# title: A frontend that is not allowed
# description: |
#   The image behind `# syntax=` reads the Dockerfile and decides what is built of it. A misspelt name runs somebody else's program on the build
#   machine, and one that moves, such as `docker/dockerfile:latest`, changes the language from one day to the next.
# related_resources:
#   - https://docs.docker.com/build/buildkit/frontend/
# custom:
#   severity: error
#   category: security
#   security-severity: "5.0"
#   needs-parameters: [allow]
#   since: 0.1.0
package plimline.policies["allowed-frontends"]

import data.plimline.lib

findings contains lib.at(directive.image, message) if {
	count(allow) > 0
	some directive in input.directives
	not lib.image_matches(directive.image, allow)
	message := sprintf("the frontend %s is not among those allowed: %s", [directive.image.text, concat(", ", allow)])
}

allow := data.plimline.parameters["allowed-frontends"].allow
