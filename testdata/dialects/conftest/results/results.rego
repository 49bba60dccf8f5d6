# What a rule may give: texts, objects with more in them, nothing, and things that are no result.
package main

import rego.v1

deny contains "a text" if true

deny contains {"msg": sprintf("stage %d", [command.Stage]), "id": "X-1", "details": {"from": command.Value}} if {
	some command in input
	command.Cmd == "from"
}

violation contains {"msg": "at a line", "_loc": {"file": "Dockerfile", "line": 1}} if input[0]

violation_short contains {"msg": "with a severity", "severity": "LOW"} if input[0]

warn contains "" if true

warn contains msg if {
	some i
	input[i].Cmd == "run"
	msg := sprintf("%d: %v %v", [i, input[i].JSON, input[i].Flags])
}

warn_A_1 contains 5 if true

warn_A_1 contains "five" if true

# None of these is a rule of conftest's, or gives a result.
deny_ contains "no rule" if true

denyx contains "no rule" if true

warnings contains "no rule" if true

deny_text := "no collection"

deny_flag if true

deny_list := ["an array", {"msg": "in an array"}, 1]

deny_object := {"msg": "no collection either"}

deny_key[x] := "a map" if x := "k"

default deny_default := false

deny_empty contains x if {
	some x in {y | y := input[0].None}
}

deny_unicode contains "größer \"als\"\n日本 %d" if true
