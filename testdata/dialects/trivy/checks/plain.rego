# METADATA
# custom:
#   id: OWN-0003
#   severity: LOW
#   short_code: plain
#   provider: Special
#   input:
#     selector:
#     - type: dockerfile
package user.plain

import rego.v1

default deny := false

deny if {
	some stage in input.Stages
	some command in stage.Commands
	command.Cmd == "healthcheck"
	isManaged(command)
}
