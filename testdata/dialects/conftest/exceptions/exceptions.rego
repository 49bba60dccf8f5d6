package main

import rego.v1

deny_root contains "root" if input[_].Cmd == "user"

deny_run contains "run" if input[_].Cmd == "run"

violation_deny_both contains "two prefixes" if true

warn_root contains "warned" if true

deny contains "all" if true

warn contains "all, too" if true

exception contains rules if {
	input[_].Cmd == "healthcheck"
	rules := ["root", "both"]
}

exception contains rules if {
	count(input) > 20
	rules := {"run": "", "": "run"}
}
