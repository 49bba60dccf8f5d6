# METADATA
# custom:
#   id: OWN-0005
#   frameworks:
#     special: ["1.2"]
#   input:
#     selector:
#     - type: dockerfile
package user.framework

import rego.v1

deny contains "of a framework" if true
