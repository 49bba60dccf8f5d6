# METADATA
# custom:
#   id: OWN-0006
#   frameworks:
#     special: ["1.2"]
#     default: ["1"]
#   input:
#     selector:
#     - type: dockerfile
package user.frameworks

import rego.v1

deny contains res if {
	some command in input.Stages[0].Commands
	command.Cmd == "arg"
	res := result.new("an ARG", command)
}
