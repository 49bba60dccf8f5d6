# METADATA
# title: A platform variable is used without its ARG
# description: |
#   BuildKit sets TARGETARCH and its kin in FROM lines, but in a stage only where an ARG asks for them. Without the ARG they are empty:
#   `GOARCH=$TARGETARCH` then builds for the builder's own platform, and images for others stop with `exec format error`.
#   Add `ARG TARGETARCH` to the stage.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
# custom:
#   severity: error
#   category: correctness
#   since: 0.1.0
package plimline.rules["platform-arg-undeclared"]

import data.plimline.lib

findings contains lib.fixed(lib.at(use, message), sprintf("Write ARG %s above", [use.name]), [lib.insert(instruction.span[0], sprintf("ARG %s\n", [use.name]))]) if {
	some stage in input.stages
	some instruction in stage.instructions
	instruction.valid
	not instruction.onbuild
	some use in instruction.unset
	use.platform
	message := sprintf("%s is empty here: this stage has no ARG %s", [use.name, use.name])
}
