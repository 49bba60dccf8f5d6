# METADATA
# schemas:
# - input: schema["own-schema"]
# custom:
#   id: OWN-0009
#   severity: LOW
package user.schema

deny[res] {
	command := input.Stages[_].Commands[_]
	command.Cmd == "stopsignal"
	res := result.new("signal", command)
}
