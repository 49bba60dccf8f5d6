# METADATA
# custom:
#   id: OWN-0004
#   deprecated: true
#   input:
#     selector:
#     - type: dockerfile
package user.deprecated

import rego.v1

deny contains "deprecated" if true
