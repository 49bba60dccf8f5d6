# METADATA
# custom:
#   id: OWN-0008
#   severity: LOW
#   input:
#     selector:
#     - type: dockerfile
package user.document

import rego.v1

# The whole document.
deny contains result.new(json.marshal(input), {})
