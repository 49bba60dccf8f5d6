# METADATA
# title: It has no id
package user.nothing

deny[res] {
	command := input.Stages[_].Commands[_]
	command.Cmd == "workdir"
	res := result.new("", command)
}
