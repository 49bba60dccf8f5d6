# Rego before OPA 1.0, with what is gone since.
package main

blacklist = ["latest", "stable"]

deny[msg] {
	input[i].Cmd == "from"
	image := input[i].Value[0]
	re_match("^[a-z]+$", image)
	msg = sprintf("%s has no tag", [image])
}

deny[msg] {
	input[i].Cmd == "from"
	contains(input[i].Value[0], blacklist[_])
	msg = sprintf("%v", [input[i].Value])
} {
	input[i].Cmd == "maintainer"
	msg = "maintainer"
}

warn_users[msg] {
	any([is_root(input[_]), input[0].Cmd == "user"])
	msg := "root"
}

is_root(command) = true {
	command.Cmd == "user"
	command.Value[0] == "root"
} else = false {
	true
}

violation[{"msg": msg, "sev": sev}] {
	count(froms) > 1
	msg := sprintf("%d stages", [count(froms)])
	sev := cast_string("high")
}

froms[i] {
	input[i].Cmd == "from"
}

deny["a constant"]
