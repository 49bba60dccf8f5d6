# METADATA
# title: A name in capitals
# description: |
#   Two lines
#   of it.
# scope: package
# related_resources:
# - https://example.com/a
# custom:
#   id: OWN-0001
#   aliases:
#   - AVD-OWN-0001
#   - OWN001
#   long_id: docker-name-in-capitals
#   severity: HIGH
#   recommended_action: Write it small.
#   input:
#     selector:
#     - type: dockerfile
package user.own.OWN001

import rego.v1

import data.lib.own

deny contains res if {
	some from in own.from
	name := from.Value[0]
	lower(name) != name
	res := result.new(sprintf("%s has capitals", [name]), from)
}

deny_several contains res if {
	count(input.Stages) > 1
	res := result.new("stages", input.Stages[1].Commands[0])
}

warn contains "no result" if true
