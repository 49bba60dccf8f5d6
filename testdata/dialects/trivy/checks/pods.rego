# METADATA
# custom:
#   id: OWN-0007
#   input:
#     selector:
#     - type: dockerfile
#     - type: kubernetes
package user.pods

import rego.v1

deny contains "of two kinds" if true
