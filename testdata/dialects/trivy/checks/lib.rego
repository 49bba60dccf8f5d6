# METADATA
# custom:
#   library: true
#   input:
#     selector:
#     - type: dockerfile
package lib.own

import rego.v1

from contains command if {
	command := input.Stages[_].Commands[_]
	command.Cmd == "from"
}
