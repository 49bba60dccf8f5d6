# METADATA
# title: Base image is not from our registry
# description: We build on images that we have looked through.
# custom:
#   severity: error
#   category: security
package plimline.policies["our-registry"]

import data.plimline.lib

findings contains lib.at(stage.from, message) if {
	some stage in input.stages
	stage.from.image.kind == "image"
	stage.from.image.registry != "registry.example.com"
	message := sprintf("%s is not from registry.example.com", [stage.from.image.text])
}
