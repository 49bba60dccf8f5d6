# METADATA
# title: The container runs as a user that is not allowed
# description: |
#   A number that no user of the host has keeps what gets out of a container from being somebody there; numbers from 10000 on are common, and
#   clusters have ranges of their own. Numbers, ranges and names may be allowed. Without a group behind the user, a number that /etc/passwd
#   does not know is in group 0.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
#   - https://docs.docker.com/reference/dockerfile/#user
# custom:
#   severity: error
#   category: security
#   security-severity: "5.0"
#   needs-parameters: [users, groups]
#   since: 0.1.0
package plimline.policies["allowed-users"]

import data.plimline.lib

findings contains lib.at(user, message) if {
	user.state == "known"
	name := split(user.value, ":")[0]
	message := refused("user", name, parameters.users)
}

findings contains lib.at(user, message) if {
	user.state == "known"
	[_, group] := split(user.value, ":")
	message := refused("group", group, parameters.groups)
}

findings contains lib.at(user, sprintf("the user %s has no group; allowed are %s", [user.value, listed(parameters.groups)])) if {
	user.state == "known"
	parameters.groups != []
	not contains(user.value, ":")
}

# Nothing sets one: the base image does.
findings contains lib.at(lib.final.from, message) if {
	not user
	parameters.users != []
	every name in default_user {
		not allowed(name, parameters.users)
	}
	message := sprintf("no USER is set, and %s runs as %s; allowed are %s", [lib.final.base.text, default_user[0], listed(parameters.users)])
}

findings contains lib.unknown(lib.final.from, sprintf("no USER is set, and whom %s runs as is not known", [lib.final.base.text])) if {
	configured
	not user
	not default_user
	started
	lib.final.base.class != "windows"
}

findings contains lib.unknown(user, sprintf("the user is %s, which is decided elsewhere", [user.value])) if {
	configured
	user.state != "known"
}

configured if parameters.users != []

configured if parameters.groups != []

parameters := data.plimline.parameters["allowed-users"]

user := lib.final.user if lib.final.base.class != "windows"

# Names of the user that the base image has. scratch without a program is a set of files.
default_user := ["root", "0"] if {
	lib.final.base.user == "root"
	started
}

default_user := ["nonroot", "65532"] if {
	lib.final.base.user == "nonroot"
	contains(lib.final.base.repository, "distroless/")
}

started if lib.final.base.kind != "scratch"

started if count(lib.started) > 0

refused(kind, name, items) := sprintf("the %s %s is not among those allowed: %s", [kind, name, listed(items)]) if {
	items != []
	not allowed(name, items)
}

allowed(name, items) if name in {sprintf("%v", [item]) | some item in items}

allowed(name, items) if {
	regex.match(`^[0-9]+$`, name)
	lib.in_ranges(name, items)
}

listed(items) := concat(", ", [sprintf("%v", [item]) | some item in items])
