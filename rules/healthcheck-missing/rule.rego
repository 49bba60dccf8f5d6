# METADATA
# title: No HEALTHCHECK
# description: |
#   Docker and Swarm take a container for healthy as long as its process runs, also when it hangs. Kubernetes does not look at HEALTHCHECK and
#   has probes of its own.
# custom:
#   severity: note
#   set: strict
#   category: operation
#   aliases:
#     - hadolint/DL3057
#     - trivy/DS-0026
#     - trivy/AVD-DS-0026
#     - checkov/CKV_DOCKER_2
#     - kics/b03a748a-542d-44f4-bb86-9199ab4fd2d5
#   since: 0.1.0
package plimline.rules["healthcheck-missing"]

import data.plimline.lib

findings contains lib.at(place, "no HEALTHCHECK tells whether the program works") if {
	not input.template
	leaf := input.stages[input.final]
	not leaf.healthcheck
	leaf.base.class != "toolchain"
	place := object.get(leaf, "from", leaf)
}
